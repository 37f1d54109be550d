// Numbers as they are read.

/** A value with so many digits behind the point. */
export function digits(value: number, behind: number): string {
  return value.toFixed(behind);
}
