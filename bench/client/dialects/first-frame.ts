import { RawWebSocket, type UpgradeRequest } from '../raw-web-socket.js';

const PATIENCE_MS = 60_000;

/**
 * Connects and speaks until `step` says that one is let in. `step` is given every frame until then, and throws when it is a refusal.
 */
export const letIn = (
  request: UpgradeRequest,
  step: (frame: Buffer, socket: RawWebSocket) => boolean,
): Promise<RawWebSocket> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('not let in')), PATIENCE_MS);
    // Frames may come in one read with the upgrade, before its promise has been looked at.
    const early: Buffer[] = [];
    let socket: RawWebSocket | undefined;
    const take = (frame: Buffer): void => {
      if (socket === undefined) return void early.push(frame);
      try {
        if (!step(frame, socket)) return;
        clearTimeout(late);
        resolve(socket);
      } catch (error) {
        reject(error);
      }
    };
    const open = async (): Promise<void> => {
      try {
        socket = await RawWebSocket.open(request, (bytes, start, end) => take(Buffer.from(bytes.subarray(start, end))));
        for (const frame of early.splice(0)) take(frame);
      } catch (error) {
        reject(error);
      }
    };
    void open();
  });
