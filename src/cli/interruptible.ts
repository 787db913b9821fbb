/** What work is aborted with when the user stops it. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

/**
 * Runs work that a first Ctrl-C aborts, so that it can end between two steps. The process then ends by that signal, as
 * without us; a second Ctrl-C ends it at once. `told` is called in between.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, told: () => void): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(new Interrupted('interrupted'));
  process.once('SIGINT', abort);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    told();
    process.removeListener('SIGINT', abort);
    process.kill(process.pid, 'SIGINT');
    return await new Promise<never>(() => {});
  } finally {
    process.removeListener('SIGINT', abort);
  }
}
