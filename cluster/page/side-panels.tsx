import type { GuestsView, Happening, RedisView } from '../view.js';
import { act } from './live.js';
import { counted, lasting, sentence } from './words.js';

/** Those who came with the cluster, and how they fare: what a user of the app would notice. */
export const GuestsPanel = ({ guests }: { guests: GuestsView }) => {
  const { count, rooms, isTalking, acksASecond, acked, waiting, slowestMs, failed } = guests;
  return (
    <section class="panel" aria-labelledby="guests-title">
      <header class="panel-head">
        <h2 id="guests-title">Guests</h2>
        <button class="quiet" onClick={() => act(isTalking ? '/guests/hush' : '/guests/talk')}>
          {isTalking ? 'Hush' : 'Let them talk'}
        </button>
      </header>
      <p class="hint said">
        {counted(count, 'client')} in {counted(rooms, 'room')}, through the load balancer, on both carriers.
      </p>
      <dl class="table">
        <dt>Acknowledged</dt>
        <dd>
          {acked} ({acksASecond.toFixed(0)}/s)
        </dd>
        <dt>Waiting for an answer</dt>
        <dd>{waiting}</dd>
        <dt>Longest wait of the last 10 s</dt>
        <dd>{slowestMs === 0 ? 'none' : lasting(slowestMs)}</dd>
        <dt>Failed</dt>
        <dd data-bad={failed > 0}>{failed}</dd>
      </dl>
    </section>
  );
};

/** What the nodes share. */
export const RedisPanel = ({ redis: { isUp, port } }: { redis: RedisView }) => (
  <section class="panel" aria-labelledby="redis-title">
    <header class="panel-head">
      <h2 id="redis-title">Redis</h2>
      <p class="status" data-connection={isUp ? 'online' : 'gone'}>
        <span class="dot" aria-hidden="true" />
        <span class="words">{isUp ? 'Up' : 'Down'}</span>
      </p>
    </header>
    <p class="hint said">
      The log of every room, who owns it, and what nodes tell each other. Port {port}, every write on disk before its
      answer.
    </p>
    <footer class="doings">
      {isUp ? (
        <button class="danger" onClick={() => act('/redis/kill')}>
          Kill -9<span class="unseen"> Redis</span>
        </button>
      ) : (
        <button class="primary" onClick={() => act('/redis/start')}>
          Start<span class="unseen"> Redis</span>
        </button>
      )}
    </footer>
  </section>
);

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** What has happened, newest first. */
export const StoryPanel = ({ story }: { story: readonly Happening[] }) => (
  <section class="panel story" aria-labelledby="story-title">
    <header class="panel-head">
      <h2 id="story-title">What has happened</h2>
    </header>
    {story.length === 0 ? (
      <p class="hint said">Nothing yet. Kill a node, and see.</p>
    ) : (
      <div role="log" aria-live="polite" aria-labelledby="story-title" tabIndex={0}>
        <ol>
          {story.map((happening) => (
            <li key={happening.id} data-type={happening.type}>
              <time class="time" dateTime={new Date(happening.at).toISOString()}>
                {clock.format(happening.at)}
              </time>
              <span>{sentence(happening)}</span>
            </li>
          ))}
        </ol>
      </div>
    )}
  </section>
);
