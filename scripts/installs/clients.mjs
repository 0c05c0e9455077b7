import { io } from 'socket.io-client';
import { WebSocket } from 'ws';

const WAIT_MS = 10_000;

/** What comes of a promise, or an error that says what did not come in time. */
const within = async (what, promise) => {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what} did not come within ${WAIT_MS} ms`)), WAIT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Keeps what the server pushes, for whoever asks for it, before it comes or after. */
class Pushes {
  #kept = [];
  #waiting = new Set();

  put(op, body) {
    this.#kept.push({ op, body });
    for (const look of this.#waiting) look();
  }

  wait(op, fits) {
    const found = new Promise((done) => {
      const look = () => {
        const push = this.#kept.find((each) => each.op === op && fits(each.body));
        if (push === undefined) return;
        this.#waiting.delete(look);
        done(push.body);
      };
      this.#waiting.add(look);
      look();
    });
    return within(`the push "${op}"`, found);
  }
}

/** What both clients share: asking, and waiting for pushes. */
class Client {
  pushes = new Pushes();

  async ask(op, body) {
    const reply = await within(`the reply to "${op}"`, this.request(op, body));
    if (!reply.ok) throw new Error(`"${op}" was refused: ${JSON.stringify(reply.error)}`);
    return reply;
  }
}

/** A bare WebSocket with JSON frames: what a browser has. */
export class PlainClient extends Client {
  #answers = new Map();
  #ref = 0;

  constructor(port, token) {
    super();
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/rooms`, { headers: { authorization: `Bearer ${token}` } });
    this.socket.addEventListener('message', ({ data }) => {
      const { op, ref, ...body } = JSON.parse(data);
      if (op === 'reply') this.#answers.get(ref)?.(body);
      else this.pushes.put(op, body);
    });
    this.opened = new Promise((done, fail) => {
      this.socket.once('open', done);
      this.socket.once('error', fail);
    });
    this.opened.catch(() => {});
  }

  async request(op, body) {
    await this.opened;
    this.#ref += 1;
    const answer = new Promise((done) => this.#answers.set(this.#ref, done));
    this.socket.send(JSON.stringify({ op, ref: this.#ref, ...body }));
    return answer;
  }

  close() {
    this.socket.terminate();
  }
}

/** A stock `socket.io-client`. */
export class SocketIoClient extends Client {
  constructor(port, token, namespace = '/rooms') {
    super();
    this.socket = io(`http://127.0.0.1:${port}${namespace}`, { auth: { token }, reconnection: false, forceNew: true });
    this.socket.onAny((op, body) => this.pushes.put(op, body));
    this.refused = new Promise((_, fail) => this.socket.once('connect_error', fail));
    this.refused.catch(() => {});
  }

  request(op, body) {
    return Promise.race([this.socket.emitWithAck(op, body), this.refused]);
  }

  close() {
    this.socket.disconnect();
  }
}
