/** Two windows on one talk: whoever turns a slide, or starts the clock again, tells the other. */
import { onBeforeUnmount, onMounted, type Ref, ref, watch } from 'vue';

/** What one window tells the other. */
interface Word {
  readonly at?: number;
  /** When the talk began, in milliseconds as `Date.now` has them. */
  readonly since?: number;
  /** A window that was just opened asks where the talk is. */
  readonly asks?: true;
}

/**
 * The slide that is shown, in step with other windows on the same chapter.
 * @param name the chapter: `09-epoll`
 * @param count how many slides there are
 */
export function useTalk(
  name: string,
  count: () => number,
): { at: Ref<number>; since: Ref<number>; turn: (by: number) => void } {
  const at = ref(0);
  const since = ref(Date.now());
  let channel: BroadcastChannel | undefined;
  let told = false;
  onMounted(() => {
    channel = new BroadcastChannel(`talk ${name}`);
    channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data.asks) channel?.postMessage({ at: at.value, since: since.value } satisfies Word);
      told = (data.at ?? at.value) !== at.value || (data.since ?? since.value) !== since.value;
      if (data.at !== undefined) at.value = data.at;
      if (data.since !== undefined) since.value = data.since;
    };
    channel.postMessage({ asks: true } satisfies Word);
  });
  onBeforeUnmount(() => channel?.close());
  watch([at, since], () => {
    if (!told) channel?.postMessage({ at: at.value, since: since.value } satisfies Word);
    told = false;
  });
  const turn = (by: number): void => {
    at.value = Math.min(count() - 1, Math.max(0, at.value + by));
  };
  return { at, since, turn };
}
