//! Compiles `random.c` and links it into the adapter's command.
#![forbid(unsafe_code)]

fn main() {
    println!("cargo:rerun-if-changed=../random.c");
    // An object file, not a library: the standard library's reference is weak and would not pull it out of one.
    for object in cc::Build::new().file("../random.c").warnings_into_errors(true).compile_intermediates() {
        println!("cargo:rustc-link-arg-bins={}", object.display());
    }
    // getrandom looks the function up when it runs.
    println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol=getrandom");
}
