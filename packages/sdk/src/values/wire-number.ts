/** Digits as the number that the portal's samples show, or as text where a number would lose a leading zero. */
export function wireNumber(digits: string): number | string {
  return digits.startsWith("0") ? digits : Number(digits);
}
