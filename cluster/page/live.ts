import { Store } from '../../src/pages/store.js';
import type { ClusterView } from '../view.js';

/** What the page knows: the last it was told, and whether it is still told. */
export interface Live {
  readonly view: ClusterView | undefined;
  readonly isTold: boolean;
}

/** Follows the cluster for as long as the page is open. The browser comes back by itself. */
export const follow = (): Store<Live> => {
  const live = new Store<Live>({ view: undefined, isTold: false });
  const source = new EventSource('/events');
  source.addEventListener('message', ({ data }: MessageEvent<string>) => {
    live.set({ view: JSON.parse(data) as ClusterView, isTold: true });
  });
  source.addEventListener('error', () => live.update((now) => ({ ...now, isTold: false })));
  return live;
};

/** Asks for something, such as `/nodes/node-1/kill`. What comes of it is told with the rest. */
export const act = (path: string): void => void fetch(path, { method: 'POST' }).catch(() => undefined);
