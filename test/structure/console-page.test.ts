import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { loadPageFiles } from '../../src/insight/console/page-files.js';
import { repositoryRoot } from '../support/repository.js';

const folder = join(repositoryRoot(), 'console');
const files = readdirSync(folder);
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1]!);

interface Words {
  readonly WORDS: Readonly<Record<string, Readonly<Record<string, string>>>>;
  firstLanguage(stored: string | null, preferred: string): string;
}
const words = (await import(pathToFileURL(join(folder, 'words.js')).href)) as Words;

test('every file of the page is served, and everything that it asks for', () => {
  const served = loadPageFiles(folder);
  const paths = files.map((file) => (file === 'index.html' ? '/' : `/${file}`));
  assert.deepEqual([...served.keys()].sort(), paths.sort());
  const asked = files.flatMap((file) => [
    ...matches(textOf(file), /(?:href|src)="(\/[^"]*)"/g),
    ...matches(textOf(file), /from '\.(\/[^']*)'/g),
  ]);
  assert.ok(asked.length > 5);
  for (const path of asked) assert.ok(served.has(path), path);
});

test('the page speaks all its languages fully', () => {
  const { en = {}, ...others } = words.WORDS;
  for (const [language, own] of Object.entries(others)) {
    assert.deepEqual(Object.keys(own), Object.keys(en), language);
  }
  const used = files.flatMap((file) => [
    ...matches(textOf(file), /data-(?:word|label)="([^"]+)"/g),
    ...matches(textOf(file), /\bword\('([^']+)'\)/g),
  ]);
  assert.deepEqual(
    used.filter((key) => !(key in en)),
    [],
  );
});

test('the language is the one chosen before, or else the browser’s', () => {
  assert.equal(words.firstLanguage(null, 'zh-CN'), 'zh');
  assert.equal(words.firstLanguage(null, 'de'), 'en');
  assert.equal(words.firstLanguage('en', 'zh-CN'), 'en');
  assert.equal(words.firstLanguage('toString', 'zh-CN'), 'zh');
});

test('nothing of the page turns text into markup or code, or comes from elsewhere', () => {
  for (const file of files) {
    const text = textOf(file);
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/,
      file,
    );
    if (file.endsWith('.html')) assert.doesNotMatch(text, /\son\w+=|\sstyle=|<style|<script(?![^>]*\ssrc=)/, file);
    assert.deepEqual(
      matches(text, /(https?:\/\/[^\s"']+)/g).filter((url) => url !== 'http://www.w3.org/2000/svg'),
      [],
      file,
    );
  }
});
