//! Writes the memory map of the board in the emulator: `mps2-an386` for the Cortex-M4, `microbit` for the Cortex-M0.
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let target = std::env::var("TARGET")?;
    let (flash, ram) = if target.starts_with("thumbv6m") { ("256K", "16K") } else { ("4M", "4M") };
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    let map = format!(
        "MEMORY {{\n  FLASH : ORIGIN = 0x00000000, LENGTH = {flash}\n  RAM : ORIGIN = 0x20000000, LENGTH = {ram}\n}}\n"
    );
    std::fs::write(folder.join("memory.x"), map)?;
    println!("cargo:rustc-link-search={}", folder.display());
    println!("cargo:rerun-if-changed=build.rs");
    // The library that `compare/run` has compiled from C.
    println!("cargo:rerun-if-env-changed=C_OBJECTS");
    for object in std::env::var("C_OBJECTS").unwrap_or_default().split_whitespace() {
        println!("cargo:rustc-link-arg-bin=compare={object}");
        println!("cargo:rerun-if-changed={object}");
    }
    Ok(())
}
