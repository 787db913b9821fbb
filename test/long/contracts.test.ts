import { describeContracts } from '../passes/contract.ts';

describeContracts(Array.from({ length: 150 }, (_, i) => i + 1));
