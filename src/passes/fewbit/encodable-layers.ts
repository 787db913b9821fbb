import type { Graph } from '../../ir/types.ts';
import { type EmbeddingLayer, embeddingLayers } from './embedding-layer.ts';
import { type WeightLayer, weightLayers } from './weight-layer.ts';

/** What has weights of its own for which a format is chosen. */
export type EncodableLayer = WeightLayer | EmbeddingLayer;

/** In execution order. */
export function encodableLayers(graph: Graph, float: Graph): EncodableLayer[] {
  const place = new Map(graph.nodes.map((node, i) => [node, i] as const));
  const layers = [...embeddingLayers(graph, float), ...weightLayers(graph, float)];
  return layers.sort((a, b) => (place.get(a.node) ?? 0) - (place.get(b.node) ?? 0));
}

export function isEmbedding(layer: EncodableLayer): layer is EmbeddingLayer {
  return 'outputs' in layer;
}

/** Its inputs meet its weights in products. */
export function isWeighted(layer: EncodableLayer): layer is WeightLayer {
  return !isEmbedding(layer);
}
