/** What a name stands for: each kind has names of its own. */
export type NameKind = 'value' | 'operator' | 'domain' | 'attribute' | 'symbol';

/** Words that can do no harm where onnxruntime keeps its C strings: those of ONNX and all ordinary ones. */
const HARMLESS = /^[A-Za-z0-9_][\w.-]{0,99}$/;

/**
 * Names of ours for those of a file: equal names stay equal and different ones different, so scopes and calls mean what
 * they meant. Operators, domains and attributes keep theirs where these are plain words, because onnxruntime has to
 * know them.
 */
export class CopyNames {
  private readonly given = new Map<string, string>();
  private readonly values: string[] = [];
  private readonly nodes: string[] = [];

  rename(kind: NameKind, bytes: Uint8Array): string {
    if (bytes.length === 0) return '';
    // As bytes: two names that differ in bytes that are no text are two.
    const name = Buffer.from(bytes).toString('latin1');
    if (kind !== 'value' && kind !== 'symbol' && HARMLESS.test(name)) return name;
    const key = `${kind} ${name}`;
    let ours = this.given.get(key);
    if (ours === undefined) {
      ours = `${kind}#${kind === 'value' ? this.values.push(readable(bytes)) - 1 : this.given.size}`;
      this.given.set(key, ours);
    }
    return ours;
  }

  /** Nodes get a number each, because onnxruntime refuses two of one name. `shown`: Conv 'block2/conv'. */
  node(shown: string): string {
    return `node#${this.nodes.push(shown) - 1}`;
  }

  /** The value of the file behind a name of ours. */
  valueOf(ours: string): string {
    return this.values[Number(/^value#(\d+)$/.exec(ours)?.[1])] ?? ours;
  }

  /** The node that words of onnxruntime speak of, as Conv 'block2/conv', or null. */
  nodeIn(words: string): string | null {
    return this.nodes[Number(/node#(\d+)/.exec(words)?.[1])] ?? null;
  }

  /** Words of onnxruntime in the names of the file. */
  explain(words: string): string {
    const said = words
      .replace(/value#\d+/g, (ours) => cut(this.valueOf(ours), 80))
      .replace(/node#(\d+)/g, (ours, index) => this.nodes[Number(index)] ?? ours);
    return cut(said, 600);
  }
}

export function readable(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}
