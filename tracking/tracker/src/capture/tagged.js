/**
 * What a site wrote on an element about the event it means:
 *
 *     <button data-analytics-track="feature_click" data-analytics-feature="generate">
 *     <button data-mp-event="feature_click" data-mp-feature="generate">
 *     <button data-mp-goal="Signup" data-mp-value="10" data-mp-currency="EUR">
 *     <button class="mp-event-name--Sign+Up mp-event-plan--pro">          or mp-event-name=Sign+Up
 *
 * The element may be the clicked one or one of the eight around it.
 */

import { attribute, isForm, native } from "../native.js";

const MAX_LEVELS = 8;
const CLASS = /^mp-event-([\w-]+?)(?:--|=)(.+)$/;
const ATTRIBUTE = /^data-(?:analytics|mp)-(.+)$/;
const NAMES = /^(track|event|goal|form|ignore|mask)$/; // these say what it is, and are no properties

const snake = (name) => name.replace(/-/g, "_");
const around = (element) => native(element, "parentElement") || Element.prototype.getRootNode.call(element).host;

/** `{name, type, facts}` as the classes of `element` say; {} where they say nothing. */
function byClass(element) {
  const facts = {};
  for (const one of attribute(element, "class").match(/\S+/g) || []) {
    const [, key, value] = CLASS.exec(one) || [];
    if (key) facts[snake(key)] = value.replace(/\+/g, " ");
  }
  const { name, ...others } = facts;
  return { name, facts: others };
}

function byAttribute(element) {
  const facts = {};
  for (const { name, value } of native(element, "attributes")) {
    const [, key] = ATTRIBUTE.exec(name) || [];
    if (key && !NAMES.test(key)) facts[snake(key)] = value;
  }
  return facts;
}

/** What one element says: `{type, facts, element, form}`, or null. `form`: it is one, and means its submit. */
function readTag(element) {
  const own = (name) => attribute(element, name).trim();
  const goal = own("data-mp-goal");
  const classed = byClass(element);
  const name = own("data-analytics-track") || own("data-mp-event") || classed.name || goal;
  if (!name) return null;
  const isGoal = name === goal;
  const facts = { ...classed.facts, ...byAttribute(element), [isGoal ? "goal_name" : "event_name"]: name.slice(0, 128) };
  if (+facts.value === +facts.value && facts.value) facts.value = +facts.value;
  return { type: isGoal ? "goal" : "custom", facts, element, form: isForm(element) };
}

/** What `target` or an element around it is tagged with, or null. */
export function taggedBy(target) {
  let element = target;
  for (let level = 0; element && level <= MAX_LEVELS; level++) {
    const tag = readTag(element);
    if (tag) return tag;
    element = around(element);
  }
  return null;
}
