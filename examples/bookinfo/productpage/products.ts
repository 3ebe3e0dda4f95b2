export interface Product {
  readonly id: number;
  readonly title: string;
  readonly descriptionHtml: string;
}

/** The whole shop. */
export const PRODUCTS: readonly [Product] = [
  {
    id: 0,
    title: 'The Comedy of Errors',
    descriptionHtml:
      'One of the first plays of <b>William Shakespeare</b>, and his shortest: two masters and two servants who look alike, in one ' +
      'town, on one day. <a href="https://en.wikipedia.org/wiki/The_Comedy_of_Errors">More on Wikipedia</a>',
  },
];
