//! The simulated ward: who lies in it, what happens to them, and what their devices would say.

pub(crate) mod clock;

pub(crate) mod dates;

pub(crate) mod noise;

pub(crate) mod story;

pub(crate) mod world;

pub(crate) mod home;

pub(crate) mod physiology;

pub(crate) mod wave;

pub(crate) mod kind;

pub(crate) mod observe;

pub(crate) mod render;

pub(crate) mod gateway;

pub(crate) mod register;
