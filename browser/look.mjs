// A browser that does what a test tells it: one JSON object in each line of standard input, one in each line of output.
//
// What people see is looked at with Debian's Chromium as it is. Nothing of the pages' policy is switched off: what the
// browser reports as a violation, every line of its console and every request to another host are handed over.
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';

import jsQR from 'jsqr';
import {chromium} from 'playwright-core';
import {PNG} from 'pngjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

const browser = await chromium.launch({executablePath: process.argv[2], headless: true, args: FLAGS});
let context, page, problems, origin, setting;

const COMMANDS = {
  async open({origin: own, width = 1000, height = 900, javascript = true, language = 'en', dark = false}) {
    await context?.close();
    origin = own;
    problems = [];
    setting = {
      viewport: {width, height}, javaScriptEnabled: javascript, locale: language,
      colorScheme: dark ? 'dark' : 'light', deviceScaleFactor: 2
    };
    context = await browser.newContext(setting);
    page = await context.newPage();
    // A page that says what is wrong comes with the status that says so; that of anything beside the page is a problem.
    page.on('console', line => {
      if (!/^Failed to load resource/.test(line.text()) || line.location().url !== page.url()) {
        problems.push(`console: ${line.text()}`);
      }
    });
    page.on('pageerror', error => problems.push(`error: ${error.message}`));
    page.on('request', request => {
      const url = new URL(request.url());
      if (url.protocol !== 'data:' && url.origin !== origin) problems.push(`another host: ${request.url()}`);
    });
    return {};
  },
  async go({path}) {
    const answer = await page.goto(new URL(path, origin).href);
    return {status: answer.status()};
  },
  // What a keyboard does, and where its focus is then: what it is called, and whether that can be seen.
  async press({key}) {
    await Promise.all([page.keyboard.press(key), page.waitForLoadState('load')]);
    return {};
  },
  async submit({key}) {
    await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
    return {};
  },
  async type({text}) {
    await page.keyboard.type(text);
    return {};
  },
  // As pasting does.
  async fill({id, text}) {
    await page.locator(`#${id}`).fill(text);
    await page.locator(`#${id}`).focus();
    return {};
  },
  async focus() {
    return await page.evaluate(() => {
      const element = document.activeElement;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        tag: element.tagName.toLowerCase(), name: element.labels?.[0]?.textContent ?? element.textContent.trim(),
        href: element.getAttribute('href'), type: element.getAttribute('type'),
        visible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 0
      };
    });
  },
  async see() {
    return await page.evaluate(() => ({
      url: location.href, title: document.title, text: document.body.innerText, language: document.documentElement.lang,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      small: [...document.querySelectorAll('button, a.button, input, summary')]
        .filter(element => element.getBoundingClientRect().height < 24).map(element => element.outerHTML)
    }));
  },
  // axe is a script itself: it looks at the same page with the same styles where scripts run.
  async axe() {
    const other = await browser.newContext({...setting, javaScriptEnabled: true});
    const twin = await other.newPage();
    const html = await page.content();
    await twin.route(page.url(), route => route.fulfill({body: html, contentType: 'text/html; charset=utf-8'}));
    await twin.goto(page.url());
    await twin.evaluate(AXE);
    const answer = await twin.evaluate(async () => {
      const found = await globalThis.axe.run(document, {resultTypes: ['violations', 'incomplete']});
      return {
        rules: found.passes.length,
        violations: found.violations.map(rule => `${rule.id}: ${rule.help}: ${rule.nodes.map(node => node.html)}`)
      };
    });
    await other.close();
    return answer;
  },
  async shot({file, whole = true}) {
    await page.screenshot({path: file, fullPage: whole});
    return {};
  },
  // What a camera would read on the screen.
  async scan({file, shown = 'img.code'}) {
    await page.locator(shown).scrollIntoViewIfNeeded();
    const picture = PNG.sync.read(await page.screenshot());
    if (file) writeFileSync(file, PNG.sync.write(picture));
    return {text: jsQR(new Uint8ClampedArray(picture.data), picture.width, picture.height)?.data ?? null};
  },
  async problems() {
    return {problems};
  }
};

for await (const line of createInterface({input: process.stdin})) {
  const {command, ...told} = JSON.parse(line);
  let answer;
  try {
    answer = await COMMANDS[command](told);
  } catch (error) {
    answer = {error: String(error.stack ?? error)};
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
