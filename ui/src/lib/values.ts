// Numbers as they are read.

/** A value of a panel or of the flowsheet, with the digits its measure has. */
export function digits(key: string, value: number): string {
  return key === 'temp' || (key === 'glucose' && value < 40) ? value.toFixed(1) : String(Math.round(value));
}
