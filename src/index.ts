/** nibblec: ONNX models into C for microcontrollers. The passes have an entry of their own: 'nibblec/passes'. */
export { type EmitOptions, emitC, type GeneratedFiles } from './codegen/emit.ts';
export { emitSelfTest } from './codegen/emit-self-test.ts';
export {
  type Compilation,
  type CompileOptions,
  compileModel,
  generateC,
  oracleModel,
  qdqModel,
  type Transformation,
  type TransformOptions,
  transformModel,
} from './compile.ts';
export { type Dataset, type DatasetDescriptor, type DatasetSource, loadDataset } from './data/dataset.ts';
export { datasetInputs } from './data/graph-inputs.ts';
export { randomDataset } from './data/random-dataset.ts';
export { type ExportOptions, exportOnnx } from './frontend/export-onnx.ts';
export type { ModelFile } from './frontend/file-copy.ts';
export { type ImportOptions, importOnnx } from './frontend/import-onnx.ts';
export { GOALS, type Goal } from './ir/lowering.ts';
export type { MemoryPlan, Program } from './ir/program.ts';
export { parseGraph, printGraph } from './ir/text.ts';
export type { Graph, Node, Quant, Tensor, TensorType } from './ir/types.ts';
export { CALIBRATION_METHODS, type CalibrationMethod } from './quant/observers.ts';
export { type Accuracy, measureAccuracy } from './report/accuracy.ts';
export { checkFit } from './report/check-fit.ts';
export { type FormatSupport, formatTable } from './report/format-table.ts';
export { type FullReport, fullReport, type Measured } from './report/full-report.ts';
export { type Inspection, inspectModel } from './report/inspect.ts';
export type { LayerReport } from './report/layer-reports.ts';
export type { LayerWeights } from './report/layer-weights.ts';
export { type Measurement, measure } from './report/measure.ts';
export { type OperatorSupport, operatorTable } from './report/operator-table.ts';
export { renderReportPage } from './report/page/report-page.ts';
export { renderInspection } from './report/render-inspection.ts';
export { renderReport } from './report/render-report.ts';
export { renderSqnr } from './report/render-sqnr.ts';
export { buildReport, type Report } from './report/report.ts';
export { measureSqnr, type SqnrReport } from './report/sqnr.ts';
export { renderSearch } from './search/render-search.ts';
export { searchPage } from './search/search-page.ts';
export { searchPrecision } from './search/search-precision.ts';
export type { PrecisionSearch, SearchOptions } from './search/types.ts';
export { ERROR_CODES, type ErrorCode, InvariantError, type Problem, UserError } from './support/errors.ts';
export { MemoryBudget } from './support/memory-budget.ts';
export { listTargets, loadTarget } from './targets/load.ts';
export type { Target } from './targets/target.ts';
export { type TuneOptions, type Tuning, type TuningRun, tuneModel } from './tune.ts';
export type { FileOutput, Judgement } from './verify/file-output.ts';
export type { FileVerdict, Judged } from './verify/file-verdict.ts';
export { hostGcc } from './verify/host-gcc.ts';
export { type KnownAnswer, knownAnswers } from './verify/known-answers.ts';
export type { Limits } from './verify/limits.ts';
export type { Toolchain } from './verify/toolchain.ts';
export { toolchainFor } from './verify/toolchain-for.ts';
export { type Verdict, type VerifyOptions, verifyModel } from './verify/verify-model.ts';
export { VERSION } from './version.ts';
