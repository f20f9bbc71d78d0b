/** What is used of two packages that bring no types. */

declare module 'd3-flame-graph' {
  interface FlameGraph {
    width(pixels: number): this;
    cellHeight(pixels: number): this;
    minFrameSize(pixels: number): this;
    transitionDuration(milliseconds: number): this;
    inverted(down: boolean): this;
    resetHeightOnZoom(yes: boolean): this;
    setLabelHandler<Drawn>(label: (drawn: Drawn) => string): this;
    setColorMapper<Drawn>(colour: (drawn: Drawn) => string): this;
    setSearchMatch<Drawn>(match: (drawn: Drawn, term: string) => boolean): this;
    setSearchHandler<Drawn>(handler: (found: readonly Drawn[], sum: number) => void): this;
    setDetailsHandler(handler: (text: string | null) => void): this;
    search(term: string): void;
    clear(): void;
    resetZoom(): void;
    update(): void;
    destroy(): void;
  }
  export default function flamegraph(): FlameGraph;
}

declare module 'd3-selection' {
  interface Selection {
    datum(data: unknown): this;
    call(what: unknown): this;
  }
  export function select(selector: string): Selection;
}
