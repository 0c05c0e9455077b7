export { msgpackCodec } from '@greenroom/protocol/msgpack';
