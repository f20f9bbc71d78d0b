/** Tells TypeScript what a Vue component and a style sheet are when a module imports one. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}

declare module '*.css' {}

/** A file's address on the site. */
declare module '*?url' {
  const address: string;
  export default address;
}

/** What Vite puts in the place of `import.meta.glob`: functions that import the files, by their paths. */
interface ImportMeta {
  glob<T>(pattern: string, options: { import: string }): Record<string, () => Promise<T>>;
}
