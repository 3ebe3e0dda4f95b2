import { type Details, type Found, isFound, type Review, type Reviews } from './product.js';
import type { Product } from './products.js';
import { STYLE } from './style.js';

const STARS = 5;

export interface Page {
  readonly product: Product;
  readonly details: Found<Details>;
  readonly reviews: Found<Reviews>;
  readonly user: string | undefined;
}

/** The page of a book. Title and class names are those of the sample, which scripts look for. */
export function productPage({ product, details, reviews, user }: Page): string {
  return frame(`
<header><b>BookInfo Sample</b>${user === undefined ? signIn() : signedIn(user)}</header>
<main>
  <h1>${escapeHtml(product.title)}</h1>
  <p>${product.descriptionHtml}</p>
  <section>${isFound(details) ? detailsPart(details.value) : failed('details', details.value.error)}</section>
  <section>${isFound(reviews) ? reviewsPart(reviews.value) : failed('reviews', reviews.value.error)}</section>
</main>`);
}

export function indexPage(): string {
  return frame(`
<header><b>BookInfo Sample</b></header>
<main>
  <h1>A book shop of four services</h1>
  <p>productpage asks details and reviews; reviews v2 and v3 ask ratings.</p>
  <p><a href="productpage">The page of a book</a></p>
</main>`);
}

function frame(body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simple Bookstore App</title>
<style>${STYLE}</style>
</head>
<body>${body}
</body>
</html>
`;
}

function signIn(): string {
  return `
  <form method="post" action="login" name="login_form">
    <input name="username" placeholder="User name" aria-label="User name" autocomplete="username" maxlength="80" required>
    <input name="passwd" type="password" placeholder="Password" aria-label="Password" autocomplete="current-password">
    <button>Sign in</button>
  </form>`;
}

function signedIn(user: string): string {
  return `<span>${escapeHtml(user)} (<a href="logout">sign out</a>)</span>`;
}

function detailsPart(details: Details): string {
  const rows: [string, string | number][] = [
    ['Type', details.type],
    ['Pages', details.pages],
    ['Publisher', details.publisher],
    ['Language', details.language],
    ['ISBN-10', details['ISBN-10']],
    ['ISBN-13', details['ISBN-13']],
  ];
  const list = rows.map(([name, value]) => `<dt>${name}:</dt><dd>${escapeHtml(String(value))}</dd>`).join('\n    ');
  return `<h2>Book Details</h2>\n  <dl>\n    ${list}\n  </dl>`;
}

function reviewsPart({ reviews, podname }: Reviews): string {
  const served = podname ? `\n  <p class="served">Reviews served by: ${escapeHtml(podname)}</p>` : '';
  return `<h2>Book Reviews</h2>${reviews.map(reviewPart).join('')}${served}`;
}

function reviewPart({ text, reviewer, rating }: Review): string {
  const error = rating?.error === undefined ? '' : `<p><i>${escapeHtml(rating.error)}</i></p>`;
  const stars = rating?.stars === undefined ? '' : starsPart(rating.stars, rating.color ?? 'black');
  return `
  <blockquote>
    <p>${escapeHtml(text)}</p>
    <small>${escapeHtml(reviewer)}</small>
    ${stars}${error}
  </blockquote>`;
}

function starsPart(stars: number, color: string): string {
  const star = (n: number): string =>
    n < stars
      ? '<span class="glyphicon glyphicon-star">★</span>'
      : '<span class="glyphicon glyphicon-star-empty">☆</span>';
  const row = Array.from({ length: STARS }, (_, n) => star(n)).join('');
  return `<font color="${escapeHtml(color)}" role="img" aria-label="${stars} of ${STARS} stars">${row}</font>`;
}

function failed(what: string, error: string): string {
  return `<h2>Error fetching product ${what}!</h2>\n  <p>${escapeHtml(error)}</p>`;
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? '');
}
