/**
 * Signs of a robot that only the browser can see, as a bit mask with the events; reports leave such traffic out unless
 * asked. Crawlers that say so in their user agent are recognised by the server.
 */

const GLOBALS = ["_phantom", "callPhantom", "__nightmare", "Cypress", "domAutomation"];

export const BOT = { WEBDRIVER: 1, AUTOMATION: 2, NO_WINDOW: 8, NO_LANGUAGE: 16 };

/**
 * 0 for a person. Sites under test set `window.__mpTest`; their robots count as people. A page that has just been
 * opened, or is hidden, may not have heard its window's size yet: asked when events are sent, never when it starts.
 */
export function botSigns(win) {
  const { navigator } = win;
  if (win.__mpTest) return 0;
  return (
    (navigator.webdriver && BOT.WEBDRIVER) |
    (GLOBALS.some((name) => name in win) && BOT.AUTOMATION) |
    (!win.outerWidth && !win.outerHeight && !win.document.hidden && BOT.NO_WINDOW) |
    (!(navigator.languages || []).length && BOT.NO_LANGUAGE)
  );
}
