import type { IncomingHttpHeaders } from 'node:http';
import { askJson } from '../common/ask.js';

const DETAILS_URL = process.env['DETAILS_URL'] ?? 'http://details:9080';
const REVIEWS_URL = process.env['REVIEWS_URL'] ?? 'http://reviews:9080';
const RATINGS_URL = process.env['RATINGS_URL'] ?? 'http://ratings:9080';

const TIMEOUT_MS = 3_000;
/** With the timeout these make the six seconds after which a page has no reviews. */
const REVIEWS_TRIES = 2;

export interface Details {
  readonly type: string;
  readonly pages: number;
  readonly publisher: string;
  readonly language: string;
  readonly 'ISBN-10': string;
  readonly 'ISBN-13': string;
}

export interface Review {
  readonly reviewer: string;
  readonly text: string;
  readonly rating?: { readonly stars?: number; readonly color?: string; readonly error?: string };
}

export interface Reviews {
  readonly podname?: string;
  readonly reviews: readonly Review[];
}

/** What another service said of a product, or that it could not be had. */
export type Found<T> =
  | { readonly status: 200; readonly value: T }
  | { readonly status: number; readonly value: { readonly error: string } };

export function isFound<T>(found: Found<T>): found is { readonly status: 200; readonly value: T } {
  return found.status === 200;
}

export function productDetails(id: number, caller: IncomingHttpHeaders): Promise<Found<Details>> {
  return find('details', `${DETAILS_URL}/details/${id}`, caller, 1);
}

export function productReviews(id: number, caller: IncomingHttpHeaders): Promise<Found<Reviews>> {
  return find('reviews', `${REVIEWS_URL}/reviews/${id}`, caller, REVIEWS_TRIES);
}

export function productRatings(id: number, caller: IncomingHttpHeaders): Promise<Found<unknown>> {
  return find('ratings', `${RATINGS_URL}/ratings/${id}`, caller, 1);
}

async function find<T>(what: string, url: string, caller: IncomingHttpHeaders, tries: number): Promise<Found<T>> {
  let status = 500;
  for (let i = 0; i < tries; i++) {
    try {
      const answer = await askJson(url, caller, TIMEOUT_MS);
      if (answer.status === 200) return { status: 200, value: answer.value as T };
      status = answer.status;
    } catch (error) {
      console.error(`${url}:`, error);
      status = 500;
    }
  }
  return { status, value: { error: `Sorry, product ${what} are currently unavailable for this book.` } };
}
