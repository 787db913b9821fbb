export { dimension as capacity } from './parsers.ts';

export const CAPACITY_FLAG = '--capacity <name=n>';
export const CAPACITY_HELP =
  'how many results fit where the data say how many there are, by the name of the result; may be repeated';
