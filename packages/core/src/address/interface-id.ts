/**
 * Interface IDs: the last byte of a host's addresses.
 */
import { AddressError } from './address-error.js';

/** The lowest interface ID. */
export const MIN_INTERFACE_ID = 1;
/** The highest interface ID. */
export const MAX_INTERFACE_ID = 254;

/** Whether `value` is a whole number from 1 to 254. */
export function isInterfaceId(value: number): boolean {
  return Number.isInteger(value) && value >= MIN_INTERFACE_ID && value <= MAX_INTERFACE_ID;
}

/**
 * Refuses what is not an interface ID.
 *
 * @throws {AddressError} `BAD_INTERFACE_ID`
 */
export function assertInterfaceId(value: number): void {
  if (isInterfaceId(value)) return;
  throw new AddressError(
    'BAD_INTERFACE_ID',
    `${value} is not an interface ID: a whole number from ${MIN_INTERFACE_ID} to ${MAX_INTERFACE_ID} is needed`,
  );
}
