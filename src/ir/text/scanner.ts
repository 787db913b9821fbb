import { UserError } from '../../support/errors.ts';

/** A piece of a line: a word (name or number), a quoted text (already unescaped) or a punctuation mark. */
export interface Token {
  readonly kind: 'word' | 'text' | 'mark';
  readonly text: string;
  readonly column: number;
}

/** Reads one line from left to right; every complaint names the line and the column. */
export interface Scanner {
  readonly line: number;
  /** The next token (or one further on) without taking it; null at the end of the line. */
  peek(ahead?: number): Token | null;
  take(): Token;
  /** Takes the mark if it is next. */
  accept(mark: string): boolean;
  expect(mark: string): void;
  fail(message: string, token?: Token | null): never;
}

export function scanLine(source: string, line: number): Scanner {
  const fail = (message: string, column: number): never => {
    throw new UserError({
      code: 'BAD_MODEL',
      message: `graph text, line ${line}, column ${column + 1}: ${message}`,
      where: source.trim(),
    });
  };
  const tokens = tokenize(source, fail);
  let next = 0;
  const scanner: Scanner = {
    line,
    peek: (ahead = 0) => tokens[next + ahead] ?? null,
    take: () => tokens[next++] ?? fail('the line ends too early', source.length),
    accept(mark) {
      const found = tokens[next]?.kind === 'mark' && tokens[next].text === mark;
      if (found) next++;
      return found;
    },
    expect(mark) {
      if (!scanner.accept(mark)) scanner.fail(`expected '${mark}'`);
    },
    fail: (message, token = scanner.peek()) =>
      fail(token ? `${message}, found '${token.text}'` : message, token?.column ?? source.length),
  };
  return scanner;
}

const TOKEN = /\s*(?:(\/\/.*)|([A-Za-z0-9_./+-]+(?:::[A-Za-z0-9_./+-]+)*)|("(?:[^"\\]|\\.)*")|(::|[:=()[\]{},#@]))/y;

function tokenize(source: string, fail: (message: string, column: number) => never): Token[] {
  const tokens: Token[] = [];
  const end = source.trimEnd().length;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(source) ?? fail('cannot be read from here', start);
    const [all, comment, word, text, mark] = match;
    const column = start + all.length - all.trimStart().length;
    if (comment !== undefined) break;
    if (word !== undefined) tokens.push({ kind: 'word', text: word, column });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, column });
    else
      tokens.push({
        kind: 'text',
        text: unquote(text, () => fail('not a JSON string', column)),
        column,
      });
  }
  return tokens;
}

function unquote(text: string, fail: () => never): string {
  try {
    const value: unknown = JSON.parse(text);
    return String(value);
  } catch {
    return fail();
  }
}
