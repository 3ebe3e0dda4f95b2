/** Bytes of one exchange on one side of the proxy as they stand on the wire: heads, framing and trailers included. */
export class ByteMeter {
  received = 0;
  sent = 0;
  /** Of these the fields of heads; over HTTP/2 the frames that they come in. */
  headerReceived = 0;
  headerSent = 0;
}
