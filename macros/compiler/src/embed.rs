//! `embed!`: the weights of a file as a static.
mod checksum;
mod file;

use std::path::{Path, PathBuf};

use proc_macro2::{Group, Ident, Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, LitStr, Token, Type, Visibility};

use crate::errors::Errors;
use file::{File, Tensor};

/// `pub static HOUSE: HousePrice = "house_prices.safetensors";`
struct Item {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    network: Type,
    path: LitStr,
}

/// Writes the statics. If the file of one is missing or damaged, its value is the error, so that its name exists.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut runtime = TokenStream::new();
    let mut items = Vec::new();
    let parser = |input: ParseStream<'_>| {
        if let Ok(path) = input.parse::<Group>() {
            runtime = path.stream();
        }
        while !input.is_empty() {
            items.push(item(input)?);
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
    }
    let mut reported = Reported::default();
    let statics = items.iter().map(|item| emit(&runtime, item, &mut reported));
    statics.chain([errors.into_items()]).collect()
}

/// The mistakes that a static of the invocation tells: the statics behind it with the same mistake tell nothing.
#[derive(Default)]
struct Reported {
    /// Paths of files that cannot be read.
    unreadable: Vec<String>,
    /// Networks, each with the file whose architecture is compared with theirs.
    compared: Vec<(String, String)>,
}

/// Whether something is new in a list, which has it then.
fn is_new<T: PartialEq>(list: &mut Vec<T>, item: T) -> bool {
    let is_new = !list.contains(&item);
    if is_new {
        list.push(item);
    }
    is_new
}

fn item(input: ParseStream<'_>) -> syn::Result<Item> {
    let example = "help: such as `pub static HOUSE: HousePrice = \"house_prices.safetensors\";`";
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    if !input.peek(Token![static]) {
        return Err(input.error(format!("expected `static`\n{example}")));
    }
    input.parse::<Token![static]>()?;
    let name = input.parse()?;
    input.parse::<Token![:]>()?;
    let network = input.parse()?;
    input.parse::<Token![=]>()?;
    let path = input.parse().map_err(|error| {
        syn::Error::new(error.span(), format!("expected the path of a file of weights, in quotes\n{example}"))
    })?;
    input.parse::<Token![;]>().map_err(|error| syn::Error::new(error.span(), format!("expected `;`\n{example}")))?;
    Ok(Item { attributes, visibility, name, network, path })
}

fn emit(runtime: &TokenStream, item: &Item, reported: &mut Reported) -> TokenStream {
    let Item { attributes, visibility, name, network, path } = item;
    let value = match (read(&path.value()), network) {
        (Ok((full, file)), Type::Reference(checks)) => {
            self::checks(runtime, path, &checks.elem, &full, &file, &mut reported.compared)
        }
        (Ok((full, file)), _) => value(runtime, item, &full, &file, &mut reported.compared),
        (Err(message), _) if is_new(&mut reported.unreadable, path.value()) => {
            syn::Error::new_spanned(path, message).to_compile_error()
        }
        (Err(_), Type::Reference(_)) => quote!(&[]),
        (Err(_), _) => quote!(#runtime::__private::embedded::<#network>(&[], &[])),
    };
    quote! {
        #(#attributes)*
        #visibility static #name: #network = { #value };
    }
}

/// A type as it was written: `models::House`.
fn written(network: &Type) -> String {
    network.to_token_stream().to_string().replace(" :: ", "::")
}

/// Reads a file beside the Cargo.toml of the crate that is being compiled.
fn read(path: &str) -> Result<(PathBuf, File), String> {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let full = folder.join(path);
    let bytes = bytes(path, &full)?;
    let file = file::parse(&bytes).map_err(|fault| {
        format!(
            "`{path}` is not a valid file of weights: {fault}\nhelp: save the weights again, with `net.save(\"{path}\")`"
        )
    })?;
    Ok((full, file))
}

/// The bytes of a regular file: a FIFO would wait for ever, and a device may have no end.
fn bytes(path: &str, full: &Path) -> Result<Vec<u8>, String> {
    let shown = full.display();
    if path.is_empty() {
        let help = "help: give the path of a file of weights, relative to the folder of Cargo.toml";
        return Err(format!("the path is empty\n{help}"));
    }
    let unreadable = |error| {
        format!(
            "`{shown}` cannot be read: {error}\nhelp: `net.save(\"{path}\")` writes it after training; the path is relative to the folder of Cargo.toml"
        )
    };
    let found = std::fs::metadata(full).map_err(unreadable)?;
    if !found.is_file() {
        let what = if found.is_dir() { "a folder" } else { "no regular file" };
        return Err(format!("`{shown}` is {what}\nhelp: give the path of a file of weights"));
    }
    std::fs::read(full).map_err(unreadable)
}

/// The bytes of the file as a network, behind assertions that its tensors are those of the network.
fn value(
    runtime: &TokenStream,
    item: &Item,
    full: &Path,
    file: &File,
    compared: &mut Vec<(String, String)>,
) -> TokenStream {
    let Item { network, path, .. } = item;
    let span = path.span();
    let (text, shown) = (written(network), path.value());
    let full = full.to_string_lossy();
    let mut checks = Vec::new();
    for Tensor { name, dtype, shape, .. } in &file.tensors {
        let sizes = shape.iter().map(|&size| Literal::usize_suffixed(size));
        let help = format!("help: the file belongs to another network; train `{text}` and save its weights");
        let message = format!("`{shown}` has a tensor `{name}`, but `{text}` has none of this name\n{help}");
        checks.push(quote_spanned!(span=>
            ::core::assert!(#runtime::__private::has_name::<#network>(#name), #message);
        ));
        let message = format!(
            "the tensor `{name}` in `{shown}` has the shape {shape:?} and the type {dtype}, but that of `{text}` has others\n{help}"
        );
        checks.push(quote_spanned!(span=>
            ::core::assert!(#runtime::__private::has_tensor::<#network>(#name, #dtype, &[#(#sizes),*]), #message);
        ));
    }
    let (count, names) = (Literal::usize_suffixed(file.tensors.len()), file.names());
    let message = format!(
        "`{text}` has tensors that are missing in `{shown}`, which has {names}\nhelp: the file belongs to another network; train `{text}` and save its weights"
    );
    checks.push(quote_spanned!(span=>
        ::core::assert!(<#network as #runtime::Predict>::TENSORS.len() == #count, #message);
    ));
    let checks = behind_architecture(runtime, path, network, file, compared, quote!(#(#checks)*));
    let tensors = file.tensors.iter().map(|Tensor { name, bytes, .. }| {
        let (start, end) = (Literal::usize_suffixed(bytes.start), Literal::usize_suffixed(bytes.end));
        quote!((#name, #start, #end))
    });
    quote! {
        // One constant for all assertions: only the first that fails is reported.
        const _: () = {
            #checks
        };
        // `include_bytes!` makes cargo build again when the file changes.
        #runtime::__private::embedded::<#network>(::core::include_bytes!(#full), &[#(#tensors),*])
    }
}

/// Assertions behind one that the fingerprint in the file is that of the network; the first static of a network and a file has that one. Without
/// a fingerprint in the file there are the assertions alone.
fn behind_architecture(
    runtime: &TokenStream,
    path: &LitStr,
    network: &Type,
    file: &File,
    compared: &mut Vec<(String, String)>,
    assertions: TokenStream,
) -> TokenStream {
    let Some(fingerprint) = file.fingerprint.map(Literal::u64_suffixed) else { return assertions };
    let (text, shown) = (written(network), path.value());
    let is_same = quote!(<#network as #runtime::Predict>::FINGERPRINT == #fingerprint);
    if !is_new(compared, (text.clone(), shown.clone())) {
        return quote!(if #is_same { #assertions });
    }
    let File { network: found, summary, text: language, nested, .. } = file;
    let nested = nested.iter().map(|(layer, text)| quote!((#layer, #text)));
    let beginning = if text.rsplit("::").next() == Some(found) {
        format!("`{shown}` holds the weights of another network `{found}`: ")
    } else {
        format!("`{shown}` holds the weights of the network `{found}`, whose architecture is not that of `{text}`: ")
    };
    let end = format!("\nhelp: train `{text}` and save its weights");
    quote_spanned! {path.span()=>
        ::core::assert!(#is_same, "{}", #runtime::__private::other_network::<#network>(
            #beginning,
            &#runtime::__private::Description { summary: #summary, text: #language, nested: &[#(#nested),*] },
            #end,
        ).as_str());
        #assertions
    }
}

/// The checks of the file, as a slice of the type of the static.
fn checks(
    runtime: &TokenStream,
    path: &LitStr,
    list: &Type,
    full: &Path,
    file: &File,
    compared: &mut Vec<(String, String)>,
) -> TokenStream {
    let Some((element, network)) = element(list) else {
        let message = "the type of the static must be a network, or a slice of its checks\nhelp: such as `HousePrice` or `&[Check<HousePrice>]`";
        return syn::Error::new_spanned(list, message).to_compile_error();
    };
    let shown = path.value();
    let Some(Tensor { shape, bytes, .. }) = &file.checks else {
        let message = format!(
            "`{shown}` has no checks\nhelp: save the weights again, with `net.save_with_checks(\"{shown}\", &inputs)`"
        );
        return syn::Error::new_spanned(path, message).to_compile_error();
    };
    let count = Literal::usize_suffixed(shape.first().copied().unwrap_or_default());
    let (start, end) = (Literal::usize_suffixed(bytes.start), Literal::usize_suffixed(bytes.end));
    let size = Literal::usize_suffixed(bytes.len());
    let message = format!(
        "the checks in `{shown}` are for inputs and outputs of other sizes\nhelp: save the weights again, with `save_with_checks`"
    );
    let full = full.to_string_lossy();
    let [input, output] = [quote!(In), quote!(Out)].map(|port| quote!(<#network as #runtime::Predict>::#port));
    let check = quote_spanned!(path.span()=> ::core::assert!(
        #count * (::core::mem::size_of::<#input>() + ::core::mem::size_of::<#output>()) == #size,
        #message
    ););
    let check = behind_architecture(runtime, path, network, file, compared, check);
    quote! {
        const _: () = {
            #check
        };
        static CHECKS: [#element; #count] = #runtime::__private::embedded_checks::<#network, #count>(
            ::core::include_bytes!(#full), #start, #end,
        );
        &CHECKS
    }
}

/// The element type of a slice of checks, and its network: `Check<House>` and `House` for `[Check<House>]`.
fn element(list: &Type) -> Option<(&Type, &Type)> {
    let Type::Slice(slice) = list else { return None };
    let Type::Path(path) = &*slice.elem else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(network) => Some((&*slice.elem, network)),
        _ => None,
    }
}
