export { chooseSegments, type LayerNeeds, type Segment } from './choose-segments.ts';
export { planRows, type Ring, type RowPlan, type RowRead, type RowStep, rowBytes, rowOverlap } from './row-plan.ts';
export { nodeOfRow } from './row-window.ts';
