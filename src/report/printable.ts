/**
 * Names come out of model files and may hold anything: what could steer a terminal (control characters, changes of
 * writing direction) or break a line becomes '?'.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, '?');
}
