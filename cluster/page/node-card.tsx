import type { NodeCondition, NodeView, RoomView } from '../view.js';
import { act } from './live.js';
import { Sparkline } from './sparkline.js';
import { CONDITIONS, counted } from './words.js';

/** A room that came is marked for so long, milliseconds. */
const NEW_MS = 8000;
/** Looks in the line of what is asked; see the observatory. */
const SAMPLES = 120;
/** A rate is that of the last looks. */
const LATEST = 4;

/** What the dot says; see `base.css`. */
const DOTS: Readonly<Record<NodeCondition, string>> = {
  off: 'closed',
  starting: 'connecting',
  ready: 'online',
  unready: 'waiting',
  frozen: 'waiting',
  stopping: 'connecting',
  killed: 'gone',
  stopped: 'closed',
  died: 'gone',
};

const GONE: ReadonlySet<NodeCondition> = new Set(['off', 'killed', 'stopped', 'died']);

/** One node: what it does, which rooms it owns, and what can be done to it. */
export const NodeCard = ({ node, chat, now }: { node: NodeView; chat: string; now: number }) => {
  const { name, is, rooms, active } = node;
  const isGone = GONE.has(is);
  return (
    <article class="panel node" data-gone={isGone} aria-labelledby={name}>
      <header class="panel-head">
        <h2 id={name}>{name}</h2>
        <p class="status" data-connection={DOTS[is]}>
          <span class="dot" aria-hidden="true" />
          <span class="words">{CONDITIONS[is]}</span>
        </p>
      </header>
      <Figures node={node} />
      {rooms.length === 0 ? (
        <p class="hint none">{isGone ? 'No rooms' : 'No rooms here yet'}</p>
      ) : (
        <ul class="rooms" aria-label={isGone ? `Rooms that ${name} had` : `Rooms of ${name}`}>
          {rooms.map((room) => (
            <RoomLine key={room.address} room={room} chat={chat} now={now} isGone={isGone} />
          ))}
        </ul>
      )}
      {active > rooms.length && <p class="hint none">and {active - rooms.length} more</p>}
      {node.lastWords !== undefined && (
        <pre class="last-words" tabIndex={0} aria-label={`What ${name} wrote last`}>
          {node.lastWords}
        </pre>
      )}
      <Doings name={name} is={is} />
    </article>
  );
};

const Figures = ({ node: { commands, connections, pid, port, active } }: { node: NodeView }) => {
  const latest = commands.slice(-LATEST);
  const rate = latest.reduce((sum, each) => sum + each, 0) / Math.max(1, latest.length);
  return (
    <div class="figures">
      <dl>
        <Figure name="rooms" value={String(active)} />
        <Figure name="connections" value={String(connections)} />
        <Figure name="commands/s" value={rate.toFixed(rate < 10 ? 1 : 0)} />
      </dl>
      <Sparkline samples={commands} most={SAMPLES} />
      <p class="hint where">
        {pid === undefined ? 'no process' : `pid ${pid}`}
        {port === undefined ? '' : `, port ${port}`}
      </p>
    </div>
  );
};

const Figure = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

const RoomLine = ({
  room: { address, members, seq, cameAt },
  chat,
  now,
  isGone,
}: {
  room: RoomView;
  chat: string;
  now: number;
  isGone: boolean;
}) => {
  const [kind, id] = address.split('/', 2);
  const isNew = cameAt !== undefined && now - cameAt < NEW_MS;
  return (
    <li data-new={isNew}>
      {kind === 'chat' ? <a href={`${chat}#${id}`}>{address}</a> : <span>{address}</span>}
      <span class="room-facts">
        {isGone ? 'nobody’s until it is asked for' : isNew ? 'taken over' : counted(members, 'member')}
      </span>
      <span class="seq" title="Where its log is">
        {seq}
      </span>
    </li>
  );
};

const Doings = ({ name, is }: { name: string; is: NodeCondition }) => {
  const button = (action: string, words: string, dress = '') => (
    <button class={dress} onClick={() => act(`/nodes/${name}/${action}`)}>
      {words}
      <span class="unseen"> {name}</span>
    </button>
  );
  if (GONE.has(is)) return <footer class="doings">{button('start', 'Start', 'primary')}</footer>;
  return (
    <footer class="doings">
      {button('kill', 'Kill -9', 'danger')}
      {is !== 'stopping' && button('stop', 'Stop')}
      {is === 'frozen' ? button('thaw', 'Thaw') : (is === 'ready' || is === 'unready') && button('freeze', 'Freeze')}
    </footer>
  );
};
