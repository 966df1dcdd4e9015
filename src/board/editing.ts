import type { Octets } from '../wire/octets.ts';

/** What EDIT or EDIX opened. */
export type EditInProgress =
  | {
      readonly kind: 'item';
      readonly itemId: string;
      /** the text EDIT sent: what stands after it in the item by EDCF was added meanwhile */
      readonly text: Octets;
    }
  | {
      readonly kind: 'index';
      /** position of the last row EDIX sent */
      readonly end: number;
    };
