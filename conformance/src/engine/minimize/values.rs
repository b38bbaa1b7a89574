//! Simpler values: fewer and shorter names, smaller and rounder numbers.

use super::{
    cost::Weight,
    document::{Document, is_name, leaves, names},
    search::Search,
};
use crate::engine::{Family, NameRole, minimize::Subject};
use serde_json::{Value, json};

/// Gives each name that of another, or the first of its role that is free.
pub(super) fn rename<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    for (role, from) in names(&mut search.best().document.clone()) {
        let others = names(&mut search.best().document.clone())
            .into_iter()
            .filter(|(other, _)| *other == role)
            .map(|(_, name)| name);
        let others: Vec<_> = others.take_while(|name| *name != from).collect();
        let free = (0..=others.len()).map(|index| name(role, index)).find(|name| !others.contains(name));
        for to in others.into_iter().chain(free) {
            if search.edit(|document| document.rename(role, &from, &to)) {
                break;
            }
        }
    }
}

/// Names from the plainest on.
fn name(role: NameRole, index: usize) -> Value {
    match role {
        NameRole::Peer | NameRole::MessageId => json!(index),
        NameRole::Topic => match ('a'..='z').nth(index) {
            Some(letter) => json!(letter),
            None => json!(format!("t{index}")),
        },
        NameRole::Message if index == 0 => json!("m"),
        NameRole::Message => json!(format!("m{index}")),
    }
}

/// Makes times, spans, scores, the seed and limits simpler, one by one.
pub(super) fn simplify_numbers<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    let mut index = 0;
    while let Some(number) = number(&mut search.best().document.clone(), index).cloned() {
        for simpler in simpler(&number) {
            let replaced = search.edit(|document| {
                if let Some(number) = self::number(document, index) {
                    *number = simpler;
                }
            });
            if replaced {
                break;
            }
        }
        index += 1;
    }
}

/// The number at an index, of all that are worth a look.
fn number<F: Family>(document: &mut Document<F>, index: usize) -> Option<&mut Value> {
    let mut numbers = vec![&mut document.seed];
    let of_steps = leaves(&mut document.steps).into_iter().filter(|(field, _)| !is_name::<F>(field));
    numbers.extend(of_steps.map(|(_, value)| value));
    numbers.into_iter().filter(|value| value.is_number()).nth(index)
}

/// What a number might be instead, the simplest first.
fn simpler(number: &Value) -> Vec<Value> {
    let mut simpler = vec![json!(0), json!(1), json!(-1)];
    if let Some(number) = number.as_u64() {
        let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
        for power in powers.take_while(|power| *power <= number) {
            let rounded = number - number % power;
            simpler.extend([rounded, number - power, rounded.saturating_add(power)].map(Value::from));
        }
        simpler.push(json!(number / 2));
    } else if let Some(number) = number.as_f64() {
        let powers = std::iter::successors(Some(0.1), |power| Some(power * 10.0));
        for power in powers.take_while(|power| *power <= number.abs()).take(20) {
            let whole = number / power;
            simpler.extend([whole.floor() * power, whole.ceil() * power].map(Value::from));
        }
        simpler.push(json!(number / 2.0));
    }
    simpler.retain(|value| Weight::of(value) < Weight::of(number));
    simpler.sort_by_key(Weight::of);
    simpler.dedup();
    simpler
}
