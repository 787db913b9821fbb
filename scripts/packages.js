// The packages of a fresh clone; with them there, nothing. Runs before any of them is there.
import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (!existsSync('node_modules/.package-lock.json')) {
  // Spares a download of GPU libraries that nobody needs here.
  execSync('npm ci', { stdio: 'inherit', env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' } });
}
