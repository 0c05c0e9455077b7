export { decodeValue, decodeValues, encodeValue } from './values.js';
