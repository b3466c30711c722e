//! Enums whose variants have a name in configuration files.

/// An enum of named choices: its variants, the name of each as configuration files write it, and what follows from the list:
/// `NAMES`, `name()`, `FromStr`, `Display` and serde by name, where an unknown name is told what exists.
macro_rules! names {
    (
        $(#[$about:meta])*
        pub enum $type:ident ($what:literal) {
            $( $(#[$doc:meta])* $variant:ident = $name:literal, )*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type {
            $( $(#[$doc])* $variant, )*
        }

        impl $type {
            /// The names, as configuration files write them.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The name, as configuration files write it.
            pub fn name(self) -> &'static str {
                match self {
                    $($type::$variant => $name,)*
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = etude_tensor::Error;

            fn from_str(name: &str) -> etude_tensor::Result<Self> {
                match name {
                    $($name => Ok($type::$variant),)*
                    _ => Err(etude_tensor::Error::config(
                        $what,
                        format!("there is no '{name}'; expected one of {}", Self::NAMES.join(", ")),
                    )),
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Names;
                impl serde::de::Visitor<'_> for Names {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(f, "one of {}", $type::NAMES.join(", "))
                    }
                    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<$type, E> {
                        let unknown = || E::invalid_value(serde::de::Unexpected::Str(name), &self);
                        name.parse().map_err(|_| unknown())
                    }
                }
                deserializer.deserialize_str(Names)
            }
        }
    };
}
pub(crate) use names;
