//! A station under what its site says: what is locked holds, what is not begins so.

use crate::its_units::Units;
use crate::opening::Start;
use crate::site_file::SiteFile;
use crate::view::Failure;

impl Start {
    /// The same station under what its site says.
    ///
    /// # Errors
    /// Where an argument says otherwise than what the site has locked.
    pub fn under(mut self, site: SiteFile) -> Result<Start, Failure> {
        let (locked, default) = (&site.locked, &site.default);
        let clash = |what: &str| {
            Failure::failed(format!(
                "{what} is set by this site's file and cannot be named here; nothing was opened"
            ))
        };
        // A station that has a cache has its server and its units.
        let is_new = !vault::exists(&self.folder);
        match (&locked.server, &self.server) {
            (Some(wanted), Some(named)) if wanted != named => return Err(clash("--server")),
            (Some(wanted), _) => self.server = Some(wanted.clone()),
            (None, None) if is_new => self.server.clone_from(&default.server),
            _ => {}
        }
        match (locked.units()?, &self.units) {
            (Units::AsKept, Units::AsKept) if is_new => self.units = default.units()?,
            (Units::AsKept, _) => {}
            (wanted, Units::AsKept) => self.units = wanted,
            (wanted, named) if wanted != *named => return Err(clash("--unit")),
            _ => {}
        }
        match (&locked.proxy, &self.way_in.proxy) {
            (Some(wanted), Some(named)) if wanted != named => return Err(clash("--proxy")),
            (Some(wanted), _) => self.way_in.proxy = Some(wanted.clone()),
            (None, None) => self.way_in.proxy.clone_from(&default.proxy),
            _ => {}
        }
        match (&locked.ca, &self.way_in.authority) {
            (Some(wanted), Some(named)) if wanted != named => return Err(clash("--ca")),
            (Some(wanted), _) => self.way_in.authority = Some(wanted.clone()),
            (None, None) => self.way_in.authority.clone_from(&default.ca),
            _ => {}
        }
        self.site = site;
        Ok(self)
    }
}
