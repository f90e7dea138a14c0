//! A JSON object that knows which of its names stand twice.
//!
//! Readers differ in which of two they take, so a token that says two things must not be explained
//! as if it said one.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// The values, of two of one name the last; and the names that stand more than once.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) values: Map<String, Value>,
    pub(super) twice: Vec<String>,
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        while let Some((name, value)) = given.next_entry::<String, Value>()? {
            if object.values.insert(name.clone(), value).is_some() && !object.twice.contains(&name) {
                object.twice.push(name);
            }
        }
        Ok(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_stand_twice_are_known() {
        let object: Object = serde_json::from_str(r#"{"a":1,"b":2,"a":3,"a":4}"#).unwrap();
        assert_eq!((object.twice, &object.values["a"]), (vec!["a".to_owned()], &Value::from(4)));
        assert!(serde_json::from_str::<Object>("[1]").is_err());
    }
}
