import { Header } from '../../src/pages/site-header.js';
import { useStore, type Store } from '../../src/pages/store.js';
import type { ClusterView } from '../view.js';
import type { Live } from './live.js';
import { NodeCard } from './node-card.js';
import { GuestsPanel, RedisPanel, StoryPanel } from './side-panels.js';
import { counted } from './words.js';

export const ClusterPage = ({ live }: { live: Store<Live> }) => {
  const { view, isTold } = useStore(live);
  const chat = view?.chat ?? '/';
  const pages = [
    [chat, 'Chat'],
    [`${chat}open-chat`, 'Open chat'],
    ['#', 'Cluster'],
  ] as const;
  return (
    <div class="cluster">
      <Header home={chat} pages={view === undefined ? [['#', 'Cluster']] : pages} at="#">
        <p class="status" role="status" data-connection={isTold ? 'online' : 'waiting'}>
          <span class="dot" aria-hidden="true" />
          <span>{isTold ? 'Live' : 'The cluster is not running'}</span>
        </p>
      </Header>
      <main>{view !== undefined && <Cluster view={view} />}</main>
    </div>
  );
};

const Cluster = ({ view: { nodes, chat, guests, redis, story, now } }: { view: ClusterView }) => (
  <>
    <section class="intro">
      <div>
        <h1>{counted(nodes.length, 'node')}, one owner for each room</h1>
        <p class="lead">
          Any node takes any client; each room runs on one of them. Open the chat, find the node that owns your room,
          kill it, and go on writing: another takes the room over, and nothing that was acknowledged is lost.
        </p>
      </div>
      <a class="button primary" href={chat} target="_blank" rel="noreferrer">
        Open the chat
      </a>
    </section>
    <section class="nodes" aria-label="Nodes">
      {nodes.map((node) => (
        <NodeCard key={node.name} node={node} chat={chat} now={now} />
      ))}
    </section>
    <div class="below">
      <StoryPanel story={story} />
      <div class="aside">
        <GuestsPanel guests={guests} />
        <RedisPanel redis={redis} />
      </div>
    </div>
  </>
);
