export { Decoder } from "cbor-x/decode";
export { Encoder } from "cbor-x/encode";
