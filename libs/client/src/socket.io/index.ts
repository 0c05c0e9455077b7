export { socketIo, type SocketIoOptions } from './socket-io.js';
