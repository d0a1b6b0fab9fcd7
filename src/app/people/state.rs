//! Who asks: the people of the sandbox, as whom the workbench can act.

/// One of the sandbox's people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// How it is chosen: `deployer`.
    pub name: String,
    /// What it is for, and what it cannot do.
    pub says: String,
}

/// The people, the owner first, and who of them asks now.
#[derive(Debug, Default)]
pub struct People {
    all: Vec<Persona>,
    now: usize,
}

impl People {
    pub fn new(all: Vec<Persona>) -> Self {
        Self { all, now: 0 }
    }

    pub fn all(&self) -> &[Persona] {
        &self.all
    }

    /// Who asks.
    pub fn now(&self) -> Option<&Persona> {
        self.all.get(self.now)
    }

    /// Who asks, where it is not the owner, who may do everything.
    pub fn other_than_owner(&self) -> Option<&Persona> {
        self.now().filter(|_| self.now > 0)
    }

    /// Lets the person of this name ask from now on; nobody else is known by others.
    pub fn choose(&mut self, name: &str) {
        if let Some(number) = self.all.iter().position(|person| person.name == name) {
            self.now = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_them_asks() {
        let person = |name: &str| Persona { name: name.to_owned(), says: String::new() };
        let mut people = People::new(["owner", "attestor"].map(person).to_vec());
        assert_eq!(people.now(), Some(&person("owner")));
        assert_eq!(people.other_than_owner(), None);
        people.choose("attestor");
        people.choose("nobody");
        assert_eq!(people.other_than_owner(), Some(&person("attestor")));
        assert_eq!(People::default().now(), None);
    }
}
