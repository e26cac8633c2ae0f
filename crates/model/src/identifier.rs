//! Identifiers: names that become members of generated WGSL structs.

use crate::error::Error;
use crate::text::spelt;

/// Keywords and reserved words of WGSL (specification, "Keyword and Reserved Word Summary").
const RESERVED: &str = "alias break case const const_assert continue continuing default diagnostic \
discard else enable false fn for if let loop override requires return struct switch true var while \
abstract active alignas alignof as asm asm_fragment async attribute auto await become binding_array \
cast catch class co_await co_return co_yield coherent column_major common compile compile_fragment \
concept const_cast consteval constexpr constinit crate debugger decltype delete demote \
demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough filter \
final finally friend from fxgroup get goto groupshared highp impl implements import inline \
instanceof interface layout lowp macro macro_rules match mediump meta mod module move mut mutable \
namespace new nil noexcept noinline nointerpolation non_coherent noncoherent noperspective null \
nullptr of operator package packoffset pass patch pixelfragment precise precision premerge priv \
protected pub public readonly ref regardless register reinterpret_cast require resource restrict \
self set shared sizeof smooth snorm static static_assert static_cast std subroutine super target \
template this thread_local throw trait try type typedef typeid typename typeof union unless unorm \
unsafe unsized use using varying virtual volatile wgsl where with writeonly yield";

/// Longest identifier, letters: it becomes a folder name and a struct member.
const LONGEST: usize = 64;

/// Checks that `id` is `[a-z][a-z0-9_]*` and no WGSL word.
///
/// # Errors
/// Names the identifier and the rule it breaks.
pub(crate) fn check(id: &str) -> Result<(), Error> {
    let plain = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !id.contains("__");
    if !plain {
        return Err(
            Error::new(format!("`{}` is not an identifier", spelt(id))).help(
                "use a lower-case letter, then lower-case letters, digits and single underscores",
            ),
        );
    }
    if id.len() > LONGEST {
        return Err(Error::new(format!(
            "`{}…` has {} letters; at most {LONGEST} are allowed",
            &id[..LONGEST],
            id.len()
        )));
    }
    if RESERVED.split_whitespace().any(|w| w == id) {
        return Err(
            Error::new(format!("`{id}` is a reserved word of WGSL")).help(format!("try `{id}_1`"))
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn identifiers_follow_the_rule() {
        for good in ["a", "cxcl9_10", "effector_cd8", "mhc1"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", "1a", "Du", "a-b", "é", "_a", "a__b"] {
            let e = check(bad).expect_err("a bad identifier");
            assert!(e.to_string().contains("is not an identifier"), "{e}");
        }
        for word in ["loop", "static", "target", "final"] {
            let e = check(word).expect_err("a reserved word");
            assert!(e.to_string().contains("reserved word of WGSL"), "{e}");
        }
    }
}
