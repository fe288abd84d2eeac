/** What the browser says of an element: a form's fields hide its properties of the same name (`<input name="children">`). */
export const native = (element, name) => Reflect.get(Element.prototype, name, element);

/** An attribute's text, "" where there is none. */
export const attribute = (element, name) => Element.prototype.getAttribute.call(element, name) || "";

/** The nearest of `element` and its ancestors that matches, out of open shadow roots too. */
export function closest(element, selector) {
  const found = Element.prototype.closest.call(element, selector);
  const { host } = Element.prototype.getRootNode.call(element);
  return found || (host ? closest(host, selector) : null);
}

export const isForm = (node) => native(node, "localName") === "form";
