/** Tells TypeScript what a Vue component and a style sheet are when a module imports one. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}

declare module '*.css' {}
