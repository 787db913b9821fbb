# Sourced by each finding: enters a temporary folder with one pinned package and onnx.mjs; it is removed at the end.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$(dirname "$0")/onnx.mjs" "$folder"
cd "$folder"
echo '{ "private": true }' >package.json
# The package holds its CPU build; its install script would add libraries for GPUs.
ONNXRUNTIME_NODE_INSTALL=skip npm install --silent --no-audit --no-fund onnxruntime-node@1.30.0
