/** What an {@link AddressError} found wrong. */
export type AddressErrorCode = 'BAD_INTERFACE_ID' | 'BAD_PORT' | 'BAD_LOOPBACK_ADDRESS' | 'BAD_SHARE_NUMBER';

/** An address, or a part of one, that no host of a network can have. */
export class AddressError extends Error {
  static {
    AddressError.prototype.name = 'AddressError'; // Inherited, so it stays out of inspected output.
  }
  readonly code: AddressErrorCode;

  constructor(code: AddressErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
