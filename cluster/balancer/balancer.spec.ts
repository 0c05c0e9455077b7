import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Balancer } from './balancer.js';

/** A server that is ready or not, says by which name it answers, and hands upgrades on as they come. */
class TestNode {
  isReady = true;
  readonly sockets = new Set<Socket>();
  readonly #server: Server;
  #upgrades = 0;

  private constructor(readonly name: string) {
    this.#server = createServer((request, response) => {
      const { url = '' } = request;
      if (url === '/readyz') return response.writeHead(this.isReady ? 200 : 503).end();
      if (url.startsWith('/stream')) {
        response.write('first');
        request.on('data', (chunk: Buffer) => response.write(`<${chunk.toString()}>`));
        request.once('end', () => response.end('last'));
        return undefined;
      }
      if (url.includes('transport=polling') && !url.includes('sid=')) return response.end(`0{"sid":"of-${name}"}`);
      return response.end(JSON.stringify({ name, url, headers: request.headers }));
    });
    this.#server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.#server.on('upgrade', ({ headers }: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#upgrades += 1;
      const { host, origin } = headers;
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nX-Saw: ${name} ${host} ${origin}\r\n\r\n${head.toString()}`,
      );
      socket.on('data', (chunk) => socket.write(chunk));
      socket.on('error', () => {});
      socket.once('end', () => socket.end('bye'));
    });
  }

  static async start(name: string): Promise<TestNode> {
    const node = new TestNode(name);
    node.#server.listen(0, '127.0.0.1');
    await once(node.#server, 'listening');
    return node;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get upgrades(): number {
    return this.#upgrades;
  }

  /** As a killed process goes: its connections end, and its port refuses. */
  async die(): Promise<void> {
    if (!this.#server.listening) return;
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Nodes behind a balancer that asks them whether they are ready only when it is told to. */
const behind = async (...names: string[]) => {
  const nodes = await Promise.all(names.map((name) => TestNode.start(name)));
  const balancer = await Balancer.listen({ checkMs: 1_000_000 });
  open.push(...nodes.map((node) => () => node.die()), () => balancer.close());
  for (const node of nodes) balancer.backend(node.name).listensOn(node.port);
  await balancer.check();
  return { nodes: nodes as [TestNode, TestNode, TestNode], balancer };
};

const ask = async ({ url }: Balancer, path = '/', headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}${path}`, { headers });
  const body = (await response.json()) as { name: string; url: string; headers: Record<string, string> };
  return { status: response.status, ...body };
};
const namesOf = async (balancer: Balancer, count: number): Promise<string[]> => {
  const names: string[] = [];
  for (let i = 0; i < count; i += 1) names.push((await ask(balancer)).name);
  return names;
};

/** A socket that has asked for an upgrade; `said` is all it has been told. */
const upgraded = async ({ port }: Balancer, path = '/rooms', first = '') => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  let said = '';
  socket.setEncoding('utf8').on('data', (text: string) => (said += text));
  const head = `GET ${path} HTTP/1.1\r\nHost: chat.test\r\nOrigin: http://chat.test\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n`;
  socket.write(`${head}${first}`);
  open.push(async () => socket.destroy());
  const until = async (text: string): Promise<void> => {
    while (!said.includes(text)) await once(socket, 'data');
  };
  return { socket, until, said: () => said };
};

describe('a balancer', () => {
  it('sends each request to the next node that is ready', async () => {
    const { balancer, nodes } = await behind('a', 'b', 'c');
    const six = await namesOf(balancer, 6);
    expect(six.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c']);
    expect(six.slice(3)).toEqual(six.slice(0, 3));
    nodes[1].isReady = false;
    await balancer.check();
    expect(new Set(await namesOf(balancer, 6))).toEqual(new Set(['a', 'c']));
    nodes[1].isReady = true;
    await balancer.check();
    expect(new Set(await namesOf(balancer, 6))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('takes a node out at once when a connection to it is refused, and nobody who asked hears of it', async () => {
    const { balancer, nodes } = await behind('a', 'b', 'c');
    await nodes[0].die();
    expect(balancer.backend('a').takesTraffic).toBe(true);
    expect(new Set(await namesOf(balancer, 3))).toEqual(new Set(['b', 'c']));
    expect(balancer.backend('a').takesTraffic).toBe(false);
    const { until } = await upgraded(balancer);
    await until('101');
  });

  it('has a node again that was started anew on another port', async () => {
    const { balancer, nodes } = await behind('a', 'b');
    await nodes[0].die();
    await namesOf(balancer, 2);
    const again = await TestNode.start('a');
    open.push(() => again.die());
    balancer.backend('a').listensOn(again.port);
    expect(new Set(await namesOf(balancer, 4))).toEqual(new Set(['b']));
    await balancer.check();
    expect(new Set(await namesOf(balancer, 4))).toEqual(new Set(['a', 'b']));
  });

  it('answers 503, to come back soon, when no node takes traffic', async () => {
    const { balancer, nodes } = await behind('a');
    await nodes[0].die();
    const response = await fetch(balancer.url);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    const { socket, said } = await upgraded(balancer);
    await once(socket, 'end');
    expect(said()).toMatch(/^HTTP\/1.1 503 /);
  });

  it('holds a node: nothing new goes there, and what goes through goes on', async () => {
    const { balancer, nodes } = await behind('a', 'b');
    balancer.backend('b').hold(true);
    const { socket, until } = await upgraded(balancer);
    await until('101');
    balancer.backend('b').hold(false);
    balancer.backend('a').hold(true);
    expect(new Set(await namesOf(balancer, 4))).toEqual(new Set(['b']));
    socket.write('still here');
    await until('still here');
    expect(nodes.map(({ upgrades }) => upgrades)).toEqual([1, 0]);
  });

  it('passes on who asked and for which host, so that nodes compare them as if it were not there', async () => {
    const { balancer } = await behind('a');
    const { headers, url } = await ask(balancer, '/x?y=1', { 'x-forwarded-for': '10.0.0.1', 'x-mine': 'yes' });
    expect(url).toBe('/x?y=1');
    expect(headers).toMatchObject({
      host: `127.0.0.1:${balancer.port}`,
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
      'x-mine': 'yes',
    });
    const { until } = await upgraded(balancer);
    await until('X-Saw: a chat.test http://chat.test');
  });

  it('holds nothing back: each part of a request and of its answer arrives before the next is there', async () => {
    const { balancer } = await behind('a');
    const asking = request(`${balancer.url}/stream`, { method: 'POST', agent: false });
    asking.flushHeaders();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    answer.setEncoding('utf8');
    expect(await once(answer, 'data')).toEqual(['first']);
    asking.write('one');
    expect(await once(answer, 'data')).toEqual(['<one>']);
    asking.end('two');
    let rest = '';
    for await (const chunk of answer) rest += String(chunk);
    expect(rest).toBe('<two>last');
  });

  it('passes bytes of an upgraded connection both ways, also what came with the upgrade, and each side its end', async () => {
    const { balancer } = await behind('a');
    const { socket, until, said } = await upgraded(balancer, '/rooms', 'early');
    await until('early');
    socket.write('hello');
    await until('hello');
    socket.end();
    await once(socket, 'end');
    expect(said()).toMatch(/hellobye$/);
  });

  it('ends a connection whose node dies, and a node hears when its client goes', async () => {
    const { balancer, nodes } = await behind('a');
    const first = await upgraded(balancer);
    await first.until('101');
    first.socket.destroy();
    while (nodes[0].sockets.size > 0) await once([...nodes[0].sockets][0] as Socket, 'close');
    const second = await upgraded(balancer);
    await second.until('101');
    const ended = once(second.socket, 'end');
    await nodes[0].die();
    await ended;
  });

  it('cuts what goes through when it is told to, for both sides', async () => {
    const { balancer, nodes } = await behind('a');
    const { socket, until } = await upgraded(balancer);
    await until('101');
    const [passage] = balancer.passages.filter(({ type }) => type === 'upgrade');
    expect(passage).toMatchObject({ node: 'a' });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    passage?.cut('reset');
    await closed;
    while (nodes[0].sockets.size > 0) await once([...nodes[0].sockets][0] as Socket, 'close');
    expect(balancer.passages).toEqual([]);
  });

  it('has a session of long polling go to the node that began it, its upgrade too, until that node is gone', async () => {
    const { balancer, nodes } = await behind('a', 'b', 'c');
    const path = '/socket.io/?EIO=4&transport=polling';
    const handshake = await (await fetch(`${balancer.url}${path}`)).text();
    const sid = /"sid":"(of-(\w))"/.exec(handshake)?.[1];
    const owner = sid?.slice(-1);
    for (let i = 0; i < 4; i += 1) expect((await ask(balancer, `${path}&sid=${sid}`)).name).toBe(owner);
    const { until } = await upgraded(balancer, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
    await until(`X-Saw: ${owner} `);
    await nodes.find(({ name }) => name === owner)?.die();
    // Another one says that it knows no such session, and the client begins anew.
    expect((await ask(balancer, `${path}&sid=${sid}`)).name).not.toBe(owner);
  });
});
