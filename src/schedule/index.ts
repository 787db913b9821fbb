export { chooseSegments, type LayerNeeds, type Segment } from './choose-segments.ts';
export { type PassingRows, passingRows } from './passing-rows.ts';
export { type Ring, rowBytes } from './rings.ts';
export { rowOverlap } from './row-overlap.ts';
export { planRows, type RowMaker, type RowPlan, type RowRead, type RowStep } from './row-plan.ts';
export { nodeOfRow } from './row-window.ts';
