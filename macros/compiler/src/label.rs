//! `#[derive(Label)]`: the variants of an enum as classes.
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, LitStr, Path, Token, Variant};

use crate::errors::Errors;

/// Writes the implementations, or the errors.
pub fn derive(tokens: TokenStream) -> TokenStream {
    match read(tokens) {
        Ok((name, castnet, classes)) => emit(&name, &castnet, &classes),
        Err(errors) => errors.into_items(),
    }
}

/// A variant and the name of its class.
struct Class {
    variant: Ident,
    name: LitStr,
}

fn read(tokens: TokenStream) -> Result<(Ident, TokenStream, Vec<Class>), Errors> {
    let mut errors = Errors::default();
    let input: DeriveInput = match syn::parse2(tokens) {
        Ok(input) => input,
        Err(error) => {
            errors.push(error);
            return Err(errors);
        }
    };
    let Data::Enum(data) = &input.data else {
        errors.at(
            &input.ident,
            "`Label` is for enums, whose variants are the classes\nhelp: such as `enum Species { Setosa, Versicolor, Virginica }`",
        );
        return Err(errors);
    };
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, "an enum of labels has no generic parameters\nhelp: leave them out");
    }
    if data.variants.len() < 2 {
        errors.at(&input.ident, "there must be at least two classes to tell apart\nhelp: add a variant");
    }
    let classes: Vec<Class> = data.variants.iter().filter_map(|variant| class(variant, &mut errors)).collect();
    let mut earlier: Vec<String> = Vec::new();
    for class in &classes {
        let name = class.name.value().to_lowercase();
        if earlier.contains(&name) {
            let text = class.name.value();
            errors.at(
                &class.name,
                format!("a second class with the name `{text}`\nhelp: names differ in more than case"),
            );
        }
        earlier.push(name);
    }
    let castnet = path(&input.attrs, &mut errors);
    errors.or((input.ident, castnet, classes))
}

/// The path of castnet: `#[label(crate = path)]` of the enum, for programs in which it has another name.
fn path(attributes: &[Attribute], errors: &mut Errors) -> TokenStream {
    let mut castnet = quote!(::castnet);
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("label")) {
        let given = attribute.parse_args_with(|input: ParseStream<'_>| {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            input.call(Path::parse_mod_style)
        });
        match given {
            Ok(path) => castnet = path.into_token_stream(),
            Err(_) => errors.at(
                attribute,
                "`label` in front of the enum says where castnet is\nhelp: such as `#[label(crate = framework::castnet)]`",
            ),
        }
    }
    castnet
}

fn class(variant: &Variant, errors: &mut Errors) -> Option<Class> {
    if !matches!(variant.fields, Fields::Unit) {
        errors.at(variant, "a class is a variant without fields\nhelp: leave the fields out");
        return None;
    }
    let mut name = LitStr::new(&variant.ident.unraw().to_string(), variant.ident.span());
    for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("label")) {
        match attribute.parse_args::<LitStr>() {
            Ok(given) => name = given,
            Err(_) => {
                errors.at(attribute, "`label` wants the name of the class\nhelp: such as `#[label(\"class 0\")]`")
            }
        }
    }
    Some(Class { variant: variant.ident.clone(), name })
}

fn emit(name: &Ident, castnet: &TokenStream, classes: &[Class]) -> TokenStream {
    let variants: Vec<&Ident> = classes.iter().map(|class| &class.variant).collect();
    let names = classes.iter().map(|class| &class.name);
    let indices: Vec<Literal> = (0..classes.len()).map(Literal::usize_unsuffixed).collect();
    // The last class also stands for all larger indices.
    let Some((last, others)) = variants.split_last() else { return TokenStream::new() };
    let arms = indices.iter().zip(others).map(|(index, variant)| quote!(#index => Self::#variant,));
    let count = Literal::usize_unsuffixed(classes.len());
    let of_one_value = (classes.len() == 2).then(|| {
        quote! {
            #[automatically_derived]
            impl<__T: #castnet::Scalar> #castnet::LabelOf<#castnet::nalgebra::SMatrix<__T, 1, 1>> for #name {}
        }
    });
    quote! {
        #[automatically_derived]
        impl #castnet::Label for #name {
            const ALL: &'static [Self] = &[#(Self::#variants),*];
            const NAMES: &'static [&'static ::core::primitive::str] = &[#(#names),*];

            fn index(self) -> ::core::primitive::usize {
                match self {
                    #(Self::#variants => #indices,)*
                }
            }

            fn from_index(__index: ::core::primitive::usize) -> Self {
                match __index {
                    #(#arms)*
                    _ => Self::#last,
                }
            }
        }
        #[automatically_derived]
        impl<__T: #castnet::Scalar> #castnet::LabelOf<#castnet::nalgebra::SMatrix<__T, #count, 1>> for #name {}
        #of_one_value
    }
}
