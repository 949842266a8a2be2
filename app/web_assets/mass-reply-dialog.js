var e=Object.defineProperty,t=(t,n)=>{let r={};for(var i in t)e(r,i,{get:t[i],enumerable:!0});return n||e(r,Symbol.toStringTag,{value:`Module`}),r},n=globalThis,r=n.ShadowRoot&&(n.ShadyCSS===void 0||n.ShadyCSS.nativeShadow)&&`adoptedStyleSheets`in Document.prototype&&`replace`in CSSStyleSheet.prototype,i=Symbol(),a=/* @__PURE__ */ new WeakMap,o=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==i)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(r&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=a.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&a.set(t,e))}return e}toString(){return this.cssText}},s=e=>new o(typeof e==`string`?e:e+``,void 0,i),c=(e,...t)=>new o(e.length===1?e[0]:t.reduce((t,n,r)=>t+(e=>{if(!0===e._$cssResult$)return e.cssText;if(typeof e==`number`)return e;throw Error(`Value passed to 'css' function must be a 'css' function result: `+e+`. Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.`)})(n)+e[r+1],e[0]),e,i),l=(e,t)=>{if(r)e.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let r of t){let t=document.createElement(`style`),i=n.litNonce;i!==void 0&&t.setAttribute(`nonce`,i),t.textContent=r.cssText,e.appendChild(t)}},u=r?e=>e:e=>e instanceof CSSStyleSheet?(e=>{let t=``;for(let n of e.cssRules)t+=n.cssText;return s(t)})(e):e,{is:d,defineProperty:f,getOwnPropertyDescriptor:ee,getOwnPropertyNames:te,getOwnPropertySymbols:ne,getPrototypeOf:re}=Object,p=globalThis,m=p.trustedTypes,ie=m?m.emptyScript:``,ae=p.reactiveElementPolyfillSupport,h=(e,t)=>e,oe={toAttribute(e,t){switch(t){case Boolean:e=e?ie:null;break;case Object:case Array:e=e==null?e:JSON.stringify(e)}return e},fromAttribute(e,t){let n=e;switch(t){case Boolean:n=e!==null;break;case Number:n=e===null?null:Number(e);break;case Object:case Array:try{n=JSON.parse(e)}catch{n=null}}return n}},se=(e,t)=>!d(e,t),g={attribute:!0,type:String,converter:oe,reflect:!1,useDefault:!1,hasChanged:se};Symbol.metadata??=Symbol(`metadata`),p.litPropertyMetadata??=/* @__PURE__ */ new WeakMap;var _=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=g){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),r=this.getPropertyDescriptor(e,n,t);r!==void 0&&f(this.prototype,e,r)}}static getPropertyDescriptor(e,t,n){let{get:r,set:i}=ee(this.prototype,e)??{get(){return this[t]},set(e){this[t]=e}};return{get:r,set(t){let a=r?.call(this);i?.call(this,t),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??g}static _$Ei(){if(this.hasOwnProperty(h(`elementProperties`)))return;let e=re(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(h(`finalized`)))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(h(`properties`))){let e=this.properties,t=[...te(e),...ne(e)];for(let n of t)this.createProperty(n,e[n])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[e,n]of t)this.elementProperties.set(e,n)}this._$Eh=/* @__PURE__ */ new Map;for(let[e,t]of this.elementProperties){let n=this._$Eu(e,t);n!==void 0&&this._$Eh.set(n,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let e of n)t.unshift(u(e))}else e!==void 0&&t.push(u(e));return t}static _$Eu(e,t){let n=t.attribute;return!1===n?void 0:typeof n==`string`?n:typeof e==`string`?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=/* @__PURE__ */ new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=/* @__PURE__ */ new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=/* @__PURE__ */ new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return l(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),r=this.constructor._$Eu(e,n);if(r!==void 0&&!0===n.reflect){let i=(n.converter?.toAttribute===void 0?oe:n.converter).toAttribute(t,n.type);this._$Em=e,i==null?this.removeAttribute(r):this.setAttribute(r,i),this._$Em=null}}_$AK(e,t){let n=this.constructor,r=n._$Eh.get(e);if(r!==void 0&&this._$Em!==r){let e=n.getPropertyOptions(r),i=typeof e.converter==`function`?{fromAttribute:e.converter}:e.converter?.fromAttribute===void 0?oe:e.converter;this._$Em=r;let a=i.fromAttribute(t,e.type);this[r]=a??this._$Ej?.get(r)??a,this._$Em=null}}requestUpdate(e,t,n,r=!1,i){if(e!==void 0){let a=this.constructor;if(!1===r&&(i=this[e]),n??=a.getPropertyOptions(e),!((n.hasChanged??se)(i,t)||n.useDefault&&n.reflect&&i===this._$Ej?.get(e)&&!this.hasAttribute(a._$Eu(e,n))))return;this.C(e,t,n)}!1===this.isUpdatePending&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:r,wrapped:i},a){n&&!(this._$Ej??=/* @__PURE__ */ new Map).has(e)&&(this._$Ej.set(e,a??t??this[e]),!0!==i||a!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),!0===r&&this._$Em!==e&&(this._$Eq??=/* @__PURE__ */ new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[e,t]of this._$Ep)this[e]=t;this._$Ep=void 0}let e=this.constructor.elementProperties;if(e.size>0)for(let[t,n]of e){let{wrapped:e}=n,r=this[t];!0!==e||this._$AL.has(t)||r===void 0||this.C(t,void 0,n,r)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(e=>e.hostUpdate?.()),this.update(t)):this._$EM()}catch(t){throw e=!1,this._$EM(),t}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=/* @__PURE__ */ new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(e){}firstUpdated(e){}};_.elementStyles=[],_.shadowRootOptions={mode:`open`},_[h(`elementProperties`)]=/* @__PURE__ */ new Map,_[h(`finalized`)]=/* @__PURE__ */ new Map,ae?.({ReactiveElement:_}),(p.reactiveElementVersions??=[]).push(`2.1.2`);var ce=globalThis,le=e=>e,ue=ce.trustedTypes,v=ue?ue.createPolicy(`lit-html`,{createHTML:e=>e}):void 0,y=`$lit$`,b=`lit$${Math.random().toFixed(9).slice(2)}$`,de=`?`+b,fe=`<${de}>`,pe=document,x=()=>pe.createComment(``),me=e=>e===null||typeof e!=`object`&&typeof e!=`function`,he=Array.isArray,ge=e=>he(e)||typeof e?.[Symbol.iterator]==`function`,_e=`[ 	
\f\r]`,ve=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,ye=/-->/g,be=/>/g,xe=RegExp(`>|${_e}(?:([^\\s"'>=/]+)(${_e}*=${_e}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`,`g`),Se=/'/g,S=/"/g,Ce=/^(?:script|style|textarea|title)$/i,we=e=>(t,...n)=>({_$litType$:e,strings:t,values:n}),C=we(1),Te=we(2),Ee=Symbol.for(`lit-noChange`),w=Symbol.for(`lit-nothing`),De=/* @__PURE__ */ new WeakMap,Oe=pe.createTreeWalker(pe,129);function ke(e,t){if(!he(e)||!e.hasOwnProperty(`raw`))throw Error(`invalid template strings array`);return v===void 0?t:v.createHTML(t)}var T=(e,t)=>{let n=e.length-1,r=[],i,a=t===2?`<svg>`:t===3?`<math>`:``,o=ve;for(let t=0;t<n;t++){let n=e[t],s,c,l=-1,u=0;for(;u<n.length&&(o.lastIndex=u,c=o.exec(n),c!==null);)u=o.lastIndex,o===ve?c[1]===`!--`?o=ye:c[1]===void 0?c[2]===void 0?c[3]!==void 0&&(o=xe):(Ce.test(c[2])&&(i=RegExp(`</`+c[2],`g`)),o=xe):o=be:o===xe?c[0]===`>`?(o=i??ve,l=-1):c[1]===void 0?l=-2:(l=o.lastIndex-c[2].length,s=c[1],o=c[3]===void 0?xe:c[3]===`"`?S:Se):o===S||o===Se?o=xe:o===ye||o===be?o=ve:(o=xe,i=void 0);let d=o===xe&&e[t+1].startsWith(`/>`)?` `:``;a+=o===ve?n+fe:l>=0?(r.push(s),n.slice(0,l)+y+n.slice(l)+b+d):n+b+(l===-2?t:d)}return[ke(e,a+(e[n]||`<?>`)+(t===2?`</svg>`:t===3?`</math>`:``)),r]},Ae=class e{constructor({strings:t,_$litType$:n},r){let i;this.parts=[];let a=0,o=0,s=t.length-1,c=this.parts,[l,u]=T(t,n);if(this.el=e.createElement(l,r),Oe.currentNode=this.el.content,n===2||n===3){let e=this.el.content.firstChild;e.replaceWith(...e.childNodes)}for(;(i=Oe.nextNode())!==null&&c.length<s;){if(i.nodeType===1){if(i.hasAttributes())for(let e of i.getAttributeNames())if(e.endsWith(y)){let t=u[o++],n=i.getAttribute(e).split(b),r=/([.?@])?(.*)/.exec(t);c.push({type:1,index:a,name:r[2],strings:n,ctor:r[1]===`.`?Me:r[1]===`?`?k:r[1]===`@`?Ne:O}),i.removeAttribute(e)}else e.startsWith(b)&&(c.push({type:6,index:a}),i.removeAttribute(e));if(Ce.test(i.tagName)){let e=i.textContent.split(b),t=e.length-1;if(t>0){i.textContent=ue?ue.emptyScript:``;for(let n=0;n<t;n++)i.append(e[n],x()),Oe.nextNode(),c.push({type:2,index:++a});i.append(e[t],x())}}}else if(i.nodeType===8){if(i.data===de)c.push({type:2,index:a});else{let e=-1;for(;(e=i.data.indexOf(b,e+1))!==-1;)c.push({type:7,index:a}),e+=b.length-1}}a++}}static createElement(e,t){let n=pe.createElement(`template`);return n.innerHTML=e,n}};function E(e,t,n=e,r){if(t===Ee)return t;let i=r===void 0?n._$Cl:n._$Co?.[r],a=me(t)?void 0:t._$litDirective$;return i?.constructor!==a&&(i?._$AO?.(!1),a===void 0?i=void 0:(i=new a(e),i._$AT(e,n,r)),r===void 0?n._$Cl=i:(n._$Co??=[])[r]=i),i!==void 0&&(t=E(e,i._$AS(e,t.values),i,r)),t}var je=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,r=(e?.creationScope??pe).importNode(t,!0);Oe.currentNode=r;let i=Oe.nextNode(),a=0,o=0,s=n[0];for(;s!==void 0;){if(a===s.index){let t;s.type===2?t=new D(i,i.nextSibling,this,e):s.type===1?t=new s.ctor(i,s.name,s.strings,this,e):s.type===6&&(t=new Pe(i,this,e)),this._$AV.push(t),s=n[++o]}a!==s?.index&&(i=Oe.nextNode(),a++)}return Oe.currentNode=pe,r}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings===void 0?n._$AI(e[t]):(n._$AI(e,n,t),t+=n.strings.length-2)),t++}},D=class e{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,r){this.type=2,this._$AH=w,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=E(this,e,t),me(e)?e===w||e==null||e===``?(this._$AH!==w&&this._$AR(),this._$AH=w):e!==this._$AH&&e!==Ee&&this._(e):e._$litType$===void 0?e.nodeType===void 0?ge(e)?this.k(e):this._(e):this.T(e):this.$(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==w&&me(this._$AH)?this._$AA.nextSibling.data=e:this.T(pe.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,r=typeof n==`number`?this._$AC(e):(n.el===void 0&&(n.el=Ae.createElement(ke(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===r)this._$AH.p(t);else{let e=new je(r,this),n=e.u(this.options);e.p(t),this.T(n),this._$AH=e}}_$AC(e){let t=De.get(e.strings);return t===void 0&&De.set(e.strings,t=new Ae(e)),t}k(t){he(this._$AH)||(this._$AH=[],this._$AR());let n=this._$AH,r,i=0;for(let a of t)i===n.length?n.push(r=new e(this.O(x()),this.O(x()),this,this.options)):r=n[i],r._$AI(a),i++;i<n.length&&(this._$AR(r&&r._$AB.nextSibling,i),n.length=i)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let t=le(e).nextSibling;le(e).remove(),e=t}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},O=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,r,i){this.type=1,this._$AH=w,this._$AN=void 0,this.element=e,this.name=t,this._$AM=r,this.options=i,n.length>2||n[0]!==``||n[1]!==``?(this._$AH=Array(n.length-1).fill(/* @__PURE__ */ new String),this.strings=n):this._$AH=w}_$AI(e,t=this,n,r){let i=this.strings,a=!1;if(i===void 0)e=E(this,e,t,0),a=!me(e)||e!==this._$AH&&e!==Ee,a&&(this._$AH=e);else{let r=e,o,s;for(e=i[0],o=0;o<i.length-1;o++)s=E(this,r[n+o],t,o),s===Ee&&(s=this._$AH[o]),a||=!me(s)||s!==this._$AH[o],s===w?e=w:e!==w&&(e+=(s??``)+i[o+1]),this._$AH[o]=s}a&&!r&&this.j(e)}j(e){e===w?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??``)}},Me=class extends O{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===w?void 0:e}},k=class extends O{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==w)}},Ne=class extends O{constructor(e,t,n,r,i){super(e,t,n,r,i),this.type=5}_$AI(e,t=this){if((e=E(this,e,t,0)??w)===Ee)return;let n=this._$AH,r=e===w&&n!==w||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,i=e!==w&&(n===w||r);r&&this.element.removeEventListener(this.name,this,n),i&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH==`function`?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},Pe=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){E(this,e)}},Fe={M:y,P:b,A:de,C:1,L:T,R:je,D:ge,V:E,I:D,H:O,N:k,U:Ne,B:Me,F:Pe},Ie=ce.litHtmlPolyfillSupport;Ie?.(Ae,D),(ce.litHtmlVersions??=[]).push(`3.3.3`);var A=(e,t,n)=>{let r=n?.renderBefore??t,i=r._$litPart$;if(i===void 0){let e=n?.renderBefore??null;r._$litPart$=i=new D(t.insertBefore(x(),e),e,void 0,n??{})}return i._$AI(e),i},j=globalThis,M=class extends _{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=A(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return Ee}};M._$litElement$=!0,M.finalized=!0,j.litElementHydrateSupport?.({LitElement:M});var Le=j.litElementPolyfillSupport;Le?.({LitElement:M}),(j.litElementVersions??=[]).push(`4.2.2`);var N=e=>(t,n)=>{n===void 0?customElements.define(e,t):n.addInitializer(()=>{customElements.define(e,t)})},Re={attribute:!0,type:String,converter:oe,reflect:!1,hasChanged:se},ze=(e=Re,t,n)=>{let{kind:r,metadata:i}=n,a=globalThis.litPropertyMetadata.get(i);if(a===void 0&&globalThis.litPropertyMetadata.set(i,a=/* @__PURE__ */ new Map),r===`setter`&&((e=Object.create(e)).wrapped=!0),a.set(n.name,e),r===`accessor`){let{name:r}=n;return{set(n){let i=t.get.call(this);t.set.call(this,n),this.requestUpdate(r,i,e,!0,n)},init(t){return t!==void 0&&this.C(r,void 0,e,t),t}}}if(r===`setter`){let{name:r}=n;return function(n){let i=this[r];t.call(this,n),this.requestUpdate(r,i,e,!0,n)}}throw Error(`Unsupported decorator location: `+r)};function P(e){return(t,n)=>typeof n==`object`?ze(e,t,n):((e,t,n)=>{let r=t.hasOwnProperty(n);return t.constructor.createProperty(n,e),r?Object.getOwnPropertyDescriptor(t,n):void 0})(e,t,n)}function F(e){return P({...e,state:!0,attribute:!1})}var Be=(e,t,n)=>(n.configurable=!0,n.enumerable=!0,Reflect.decorate&&typeof t!=`object`&&Object.defineProperty(e,t,n),n);function Ve(e,t){return(n,r,i)=>{let a=t=>t.renderRoot?.querySelector(e)??null;if(t){let{get:e,set:t}=typeof r==`object`?n:i??(()=>{let e=Symbol();return{get(){return this[e]},set(t){this[e]=t}}})();return Be(n,r,{get(){let n=e.call(this);return n===void 0&&(n=a(this),(n!==null||this.hasUpdated)&&t.call(this,n)),n}})}return Be(n,r,{get(){return a(this)}})}}var I=class extends Error{constructor(e,t,n,r,i){super(n),this.status=e,this.code=t,this.detail=n,this.faults=r,this.retryAfter=i}},He=class extends Error{},L=class extends Error{},Ue=e=>e instanceof I&&(e.status===429||e.status===503),R=6e4,We=4,Ge=10,Ke=class{#e;#t;constructor(e,t){this.base=e,this.getToken=t,this.#e=null,this.#t=!1,this.whenBusy=/* @__PURE__ */ new Set,this.get=(e,t={})=>this.#n(`get`,e,t),this.post=(e,t={})=>this.#n(`post`,e,t),this.put=(e,t={})=>this.#n(`put`,e,t),this.delete=(e,t={})=>this.#n(`delete`,e,t),this.#s=null}async#n(e,t,n){let r={method:e.toUpperCase(),body:n.body===void 0?void 0:JSON.stringify(n.body),headers:{...n.body===void 0?{}:{"Content-Type":`application/json`},...n.headers},signal:n.signal};return this.ask(qe(t,n),r,e=>e.status===204?void 0:e.json())}async ask(e,t,n,r=R){let i=await this.#r(e,t,r);return Je(t.signal,async()=>await n(i))}async#r(e,t,n){for(let r=1,i=!1;;r++){let a=await this.#i(e,t,n);if(a.ok||a.status===304)return a;if(a.status===401){if(this.#e=null,this.#t=!0,i)throw new L;i=!0;continue}let o=await Ye(a),s=o.retryAfter??Ge;if(!Ue(o)||r>=We||s>Ge)throw o;await this.#a(s,t.signal)}}async#i(e,t,n){let r=new Headers(t.headers);r.set(`Authorization`,`Bearer ${await this.#c()}`);let i=new AbortController,a=t.signal?AbortSignal.any([t.signal,i.signal]):i.signal,o=t.body instanceof FormData?0:setTimeout(()=>i.abort(),n),s={...t,headers:r,signal:a,credentials:`omit`,cache:`no-store`};return Je(t.signal,()=>fetch(this.base+e,s)).finally(()=>clearTimeout(o))}async#a(e,t){try{for(let n=e;n>0;n--)this.#o(n),await Xe(Math.min(n,1)*1e3,t)}finally{this.#o(0)}}#o(e){for(let t of this.whenBusy)t(e)}#s;async#c(){if(this.#e!==null)return this.#e;try{this.#s??=this.getToken(this.#t).finally(()=>this.#s=null);let e=await this.#s;if(!/^[\x21-\x7e]+$/.test(e))throw new L;return this.#t=!1,this.#e=e}catch{throw new L}}};function qe(e,t){let n=e.replace(/\{(\w+)\}/g,(e,n)=>encodeURIComponent(t.path?.[n]??``)),r=new URLSearchParams;for(let[e,n]of Object.entries(t.query??{}))n!=null&&n!==``&&r.set(e,String(n));return r.size?`${n}?${r}`:n}async function Je(e,t){try{return await t()}catch(t){throw e?.aborted?t:new He}}async function Ye(e){let t=await e.json().catch(()=>({})),n=e.status===503||e.status===429;if(!t.code&&e.status>=500&&!n)throw new He;let r=Number(e.headers.get(`Retry-After`)??NaN);return new I(e.status,t.code??`unexplained`,t.detail||t.title||``,t.errors??[],Number.isFinite(r)?r:null)}function Xe(e,t){return new Promise((n,r)=>{let i=()=>{clearTimeout(a),r(t.reason)},a=setTimeout(()=>{t?.removeEventListener(`abort`,i),n()},e);t?.addEventListener(`abort`,i,{once:!0})})}var Ze=()=>Array.from(crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16)),e=>e.toString(16).padStart(2,`0`)).join(``),Qe=5e3,$e=3e4,z=15e3,et=15e3,tt=/* @__PURE__ */ new Set([`completed`,`cancelled`,`expired`]);async function nt(e,t,n,r){let i={batch:null,tag:``};for(let a=0;!r.aborted;)try{await rt(e,t,i,r),a=0,n.changed(i.batch),i.batch.finished_at?await Xe(Qe,r):await it(e,t,i,n,r)}catch(e){if(r.aborted||(n.lost(e),e instanceof L||e instanceof I&&e.status<500&&e.status!==429))return;await Xe(Math.min(1e3*2**a++,et),r).catch(()=>{})}}async function rt(e,t,n,r){let i=n.tag?{"If-None-Match":n.tag}:{};await e.ask(`/mass-replies/${t}`,{headers:i,signal:r},async e=>{e.status!==304&&(n.batch=await e.json(),n.tag=e.headers.get(`ETag`)??``)},z)}async function it(e,t,n,r,i){let a=new AbortController,o=0,s=()=>{clearTimeout(o),o=window.setTimeout(()=>a.abort(),$e)},c={headers:{Accept:`text/event-stream`},signal:AbortSignal.any([i,a.signal])};try{await e.ask(`/mass-replies/${t}/events?deliveries=false`,c,async e=>{for await(let t of at(e.body,s)){let e=JSON.parse(t);if(e.status!==n.batch.status)return;n.batch={...n.batch,...e},r.changed(n.batch)}})}catch(e){if(!a.signal.aborted)throw e}finally{clearTimeout(o),a.abort()}}async function*at(e,t){let n=e.pipeThrough(new TextDecoderStream).getReader(),r=``;for(;;){t();let{value:e,done:i}=await n.read();if(i)return;let a=(r+e).split(`

`);r=a.pop();for(let e of a){let t=e.split(`
`).filter(e=>e.startsWith(`data: `));t.length&&(yield t.map(e=>e.slice(6)).join(`
`))}}}var ot=c`
  :host {
    --accent: var(--mass-reply-accent, light-dark(#0b57d0, #a8c7fa));
    --on-accent: var(--mass-reply-on-accent, light-dark(#fff, #0a1f44));
    --ink: var(--mass-reply-ink, light-dark(#1b1c1f, #e8e8ea));
    --soft: var(--mass-reply-soft-ink, light-dark(#5a5e66, #a9adb5));
    --paper: var(--mass-reply-paper, light-dark(#fff, #1c1d20));
    --shade: var(--mass-reply-shade, light-dark(#f4f5f7, #26282c));
    --line: var(--mass-reply-line, light-dark(#d9dbe0, #3c3f45));
    --control: light-dark(#7b808a, #8b9099);
    --danger: var(--mass-reply-danger, light-dark(#b3261e, #f2b8b5));
    --on-danger: light-dark(#fff, #601410);
    --amber: light-dark(#7a4b00, #ffcf7d);
    --amber-paper: light-dark(#fff4de, #3a2d12);
    --good: light-dark(#146c2e, #7fd99a);
    --radius: var(--mass-reply-radius, 8px);
    font: 14px/20px var(--mass-reply-font, system-ui, sans-serif);
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
`,st=c`
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  h2 {
    font-size: 22px;
    line-height: 28px;
    font-weight: 600;
    text-wrap: balance;
  }
  h3 {
    font-size: 14px;
    font-weight: 600;
  }
  ul,
  ol {
    list-style: none;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-height: 36px;
    padding: 4px 14px;
    border: 1px solid var(--control);
    border-radius: var(--radius);
    background: var(--paper);
    cursor: pointer;
  }
  button:where(:hover:not(:disabled)) {
    background: var(--shade);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.main {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.grave {
    background: var(--danger);
    border-color: var(--danger);
    color: var(--on-danger);
    font-weight: 600;
    font-size: 16px;
    padding: 8px 20px;
  }
  button.main:hover:not(:disabled),
  button.grave:hover:not(:disabled) {
    filter: brightness(1.08);
  }
  button.plain {
    border-color: transparent;
    background: none;
    padding: 4px 8px;
  }
  button.plain:hover:not(:disabled) {
    background: var(--shade);
  }
  button.stop {
    color: var(--danger);
  }
  a {
    color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  input:not([type='checkbox'], [type='radio'], [type='file']),
  textarea,
  select {
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    padding: 7px 10px;
    min-height: 38px;
    max-width: 100%;
  }
  input[type='number'] {
    width: 88px;
  }
  input[type='checkbox'],
  input[type='radio'] {
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--accent);
    flex: none;
  }
  label.choice {
    display: flex;
    gap: 8px;
    align-items: center;
    min-height: 32px;
  }
  .soft {
    color: var(--soft);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  .spread {
    justify-content: space-between;
  }
  .stack {
    display: grid;
    gap: 12px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .icon { width: 16px; height: 16px; vertical-align: -3px; fill: none; stroke: currentColor; stroke-width: 1.3; stroke-linejoin: round; }
  .lower-row {
    align-items: end;
  }
  .tight-stack {
    gap: 4px;
  }
  .note {
    border-left: 4px solid var(--control);
    background: var(--shade);
    padding: 8px 12px;
    border-radius: var(--radius);
  }
  .note.amber {
    border-color: var(--amber);
    background: var(--amber-paper);
  }
  .note.bad {
    border-color: var(--danger);
  }
  .card {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    padding: 12px;
  }
  .bubble {
    background: var(--shade);
    border-radius: var(--radius);
    padding: 12px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  /* What people write reads in the direction of its own letters, line by line. */
  textarea,
  input,
  .bubble,
  .plain-text {
    unicode-bidi: plaintext;
  }
  details > summary {
    cursor: pointer;
    min-height: 24px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    text-align: left;
    font-weight: 600;
    color: var(--soft);
  }
  th,
  td {
    padding: 6px 8px;
    border-bottom: 1px solid var(--line);
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  td button {
    min-height: 28px;
    padding: 0 8px;
    margin: -4px 0;
  }
  .number {
    text-align: right;
    white-space: nowrap;
  }
  .scroll {
    overflow: auto;
    max-height: 320px;
  }
  .mail {
    width: 100%;
    height: 180px;
    resize: vertical;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: #fff;
    color-scheme: light;
  }
  mass-reply-people:empty {
    display: none;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`,ct=c`
  dialog {
    width: min(1080px, 100vw);
    height: min(780px, 100dvh);
    max-width: none;
    max-height: none;
    padding: 0;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) * 1.5);
    background: var(--paper);
    color: inherit;
    overflow: hidden;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.45);
  }
  .part {
    display: block;
    min-height: 0;
    overflow: auto;
  }
  .options {
    border-top: 1px solid var(--line);
    padding-top: 12px;
  }
  .indent {
    padding-left: 26px;
  }
  .options .row {
    padding: 2px 0;
  }
  .options p:last-child {
    padding-top: 8px;
  }
  .unseen {
    visibility: hidden;
  }
  .inner {
    padding: 8px 0 8px 16px;
  }
  .pager {
    padding: 8px 0;
  }
  .lower {
    align-self: end;
  }
  .people li {
    display: flex;
    gap: 8px;
    padding: 4px 0;
  }
  .line {
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  details[open] > .line {
    white-space: normal;
  }
  .top h2 {
    font-size: 26px;
    line-height: 32px;
  }
  h2:focus {
    outline: none;
  }
  .sheet {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    height: 100%;
  }
  .top {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 4px 16px;
    padding: 20px 24px 12px;
    align-items: start;
    border-bottom: 1px solid var(--line);
  }
  .under {
    grid-column: 1 / -1;
    min-height: 24px;
  }
  .body {
    overflow: auto;
    padding: 16px 24px;
    display: grid;
    gap: 16px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    gap: 12px;
    align-items: center;
    justify-content: flex-end;
    padding: 12px 24px;
    border-top: 1px solid var(--line);
    background: var(--paper);
  }
  .foot .say {
    flex: 1 1 200px;
  }
  .columns {
    display: grid;
    gap: 24px;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
  }
  .text {
    position: relative;
  }
  .text textarea {
    display: block;
    width: 100%;
    min-height: 176px;
    resize: vertical;
  }
  .listbox {
    position: absolute;
    inset: auto 8px 8px;
    max-height: 150px;
    overflow: auto;
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    box-shadow: 0 4px 16px rgb(0 0 0 / 0.2);
  }
  .listbox li {
    padding: 6px 12px;
    cursor: pointer;
    display: flex;
    gap: 12px;
  }
  .listbox li span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .listbox [aria-selected='true'] {
    background: var(--accent);
    color: var(--on-accent);
  }
  .preview .bubble {
    height: 176px;
    overflow: auto;
  }
  [role='tablist'] {
    min-height: 32px;
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  [role='tab'] {
    min-height: 32px;
    border-color: transparent;
    background: none;
    padding: 2px 10px;
  }
  [role='tab'][aria-selected='true'] {
    border-color: var(--accent);
    font-weight: 600;
  }
  .big {
    font-size: 28px;
    line-height: 36px;
    font-weight: 650;
  }
  .samples {
    display: grid;
    gap: 12px;
    grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
  }
  .samples .bubble {
    max-height: 200px;
    overflow: auto;
  }
  .bar {
    display: grid;
    grid-template-columns: 88px minmax(60px, 1fr) minmax(0, 2fr);
    gap: 4px 12px;
    align-items: center;
    min-height: 32px;
  }
  .bar svg {
    width: 100%;
    height: 12px;
    border-radius: 6px;
    background: var(--line);
    display: block;
  }
  .bar .reached {
    fill: var(--accent);
  }
  .bar .failed {
    fill: var(--danger);
  }
  .bar .uncertain {
    fill: var(--amber);
  }
  .bar .skipped {
    fill: var(--control);
  }
  .field {
    display: grid;
    gap: 4px;
    justify-items: start;
  }
  @media (max-width: 720px) {
    dialog {
      width: 100vw;
      height: 100dvh;
      border: 0;
      border-radius: 0;
    }
    .columns {
      grid-template-columns: minmax(0, 1fr);
      gap: 16px;
    }
    .top {
      padding: 12px 16px 8px;
    }
    .body {
      padding: 12px 16px;
    }
    .foot {
      padding: 8px 16px;
    }
    .top h2 {
      font-size: 20px;
      line-height: 26px;
    }
    .bar {
      grid-template-columns: 80px minmax(0, 1fr);
    }
    .bar > :last-child {
      grid-column: 1 / -1;
    }
  }
`,lt=/* @__PURE__ */ t({batch_statuses:()=>ft,channels:()=>dt,codes:()=>_t,fields:()=>ht,preflight_warnings:()=>mt,problems:()=>vt,reasons:()=>pt,sentences:()=>ut,statuses:()=>B,tags:()=>gt}),ut={will_get:{one:`{n} of {of} conversations will get this message`,other:`{n} of {of} conversations will get this message`},will_get_all:{one:`1 conversation will get this message`,other:`All {n} conversations will get this message`},opening:`One moment …`,not_opened:`This could not be opened yet.`,not_counted:`The conversations could not be counted yet.`,counting:`Counting the conversations …`,selected_only:{one:`1 conversation is selected`,other:`{n} conversations are selected`},counted_on_review:`Who can be reached is worked out on Review.`,nobody_left_out:`Nobody is left out.`,left_out:{one:`1 will not get it`,other:`{n} will not get it`},review:`Review`,back:`Back`,close:`Close`,send_to:{one:`Send to 1 conversation`,other:`Send to {n} conversations`},cannot_be_recalled:`This cannot be recalled once it is sent.`,message:`Message`,message_hint:`Type / for a snippet.`,preview:`Preview`,preview_empty:`Write a text to see it as a customer gets it.`,preview_nobody:`Nobody of those shown would get this text.`,previous:`Previous recipient`,next:`Next recipient`,place_of:`{i} of {n}`,to:`To {name}`,unnamed:`a customer without a name`,insert_tag:`Insert a value`,insert:`Insert`,if_missing:`If it is missing, write`,snippets:`Snippets`,attach:`Attach a file`,attaching:`Uploading {name} …`,remove:`Remove {name}`,files:`Files`,without_file:`goes without the file`,with_file:`goes with the file`,options:`Options`,mark_as_done:`Mark as Done when it is sent`,hold:`Hold for 30 s so that it can be undone`,schedule:`Send later`,schedule_at:`Date and time`,sample:`First a sample of`,sample_unit:`then wait for me`,blank:`Where a value is missing, leave it blank and send`,blank_hint:`Otherwise these people are left out.`,template:`WhatsApp template for closed windows`,template_name:`Name of the approved template`,template_language:`Language`,template_parameters:`Values, one a line`,segments:{one:`1 SMS segment`,other:`{n} SMS segments`},used_of_bytes:`{used} of {n} bytes`,used_of_characters:`{used} of {n} characters`,warnings:`Good to know`,confirm_title:{one:`1 conversation will get this message`,other:`{n} conversations will get this message`},changed:`It was {before} when you looked before; it is {n} now.`,changed_more:{one:`One more than before.`,other:`{n} more than before.`},changed_less:{one:`One fewer than before.`,other:`{n} fewer than before.`},frozen:`The selection is frozen: exactly these get it, whatever changes meanwhile.`,text_for:`What they will read`,costs:`What it costs`,costs_nothing:`No billed messages.`,cost_sms:{one:`1 SMS segment`,other:`{n} SMS segments`},cost_whatsapp:{one:`1 WhatsApp message inside the window`,other:`{n} WhatsApp messages inside the window`},cost_template:{one:`1 WhatsApp template message`,other:`{n} WhatsApp template messages`},type_number:`Type {n} to confirm the number`,expires:`Confirm until {time}.`,preparing:{one:`Preparing 1 conversation …`,other:`Preparing {n} conversations …`},preparing_of:`Preparing: {done} of {n}`,preparing_hint:`You can close this; it goes on.`,will_hold:`It is held for 30 s first, and can be undone.`,will_schedule:`It is sent on {time}.`,will_sample:{one:`One goes first; the others wait for you.`,other:`{n} go first; the others wait for you.`},will_mark_done:`The conversations are marked as Done.`,in_name_of:`It goes out in the name of {name}.`,will_ask:`A second person must approve it first.`,asks_above:{one:`Above 1 recipient a second person must approve.`,other:`Above {n} recipients a second person must approve.`},expired:`This was not confirmed in time. Nothing was sent.`,review_again:`Review again`,undo:`Undo`,sends_in:`Sends in {n} s`,sends_at:`Sends on {time}`,sending:`Sending: {done} of {n}`,you_can_close:`You can close this; it goes on.`,pause:`Pause`,resume:`Go on`,stop:`Stop for good`,stop_sure:`Stop for good? What is not sent yet will never be sent.`,keep_sending:`Keep sending`,paused_person:`Paused.`,paused_sample:{one:`The sample is sent. One other waits.`,other:`The sample is sent. {n} others wait.`},paused_failures:`Paused, because many failed. Look at the reasons before you go on.`,paused_account:`Paused: an account cannot send.`,go_on_with:{one:`Go on with the other one`,other:`Go on with the other {n}`},sent_to:{one:`Sent to 1.`,other:`Sent to {n}.`},n_failed:{one:`1 failed.`,other:`{n} failed.`},n_unknown:{one:`1 is not known.`,other:`{n} are not known.`},n_cancelled:{one:`1 was not sent.`,other:`{n} were not sent.`},undone:`Undone. Nothing was sent.`,waits:`{channel} waits: {reason}`,waits_until:`{channel} waits until {time}: {reason}`,try_again:`Try again`,awaits_approval:`Waits for a second person`,approval_hint:{one:`If you approve, 1 conversation gets this message.`,other:`If you approve, {n} conversations get this message.`},awaits_approval_hint:{one:`Somebody else must approve it before 1 conversation gets this message.`,other:`Somebody else must approve it before {n} conversations get this message.`},approve:{one:`Approve sending to 1 conversation`,other:`Approve sending to {n} conversations`},reject:`Reject`,reject_reason:`Why not?`,rejected_by:`{name} rejected it: {reason}`,rejected_title:`Rejected. Nothing was sent.`,asked_by:`{name} wants to send this`,withdraw:`Withdraw`,results:`Results`,retry_hint:`Only failures that may pass are sent again.`,retry_n:{one:`Try 1 again`,other:`Try {n} again`},retry_none:`None of these can pass by itself, so trying again would not help.`,export:`Export as CSV`,follow_up:`Write to those who got it`,follow_up_failed:`Write to those who did not`,not_again:`It is not sent again automatically.`,mark:`What happened to the ticked ones?`,mark_sent:`They were sent`,mark_not_sent:`They were not sent`,mark_again:`Not sent: send again`,mark_risk:`If it arrived after all, the customer gets it twice.`,mark_why:`How do you know?`,settling:`can be decided from {time}`,find:`Find a customer`,tick_shown:{one:`Tick the one shown`,other:`Tick the {n} shown`},pages:`Pages`,page_back:`Back`,page_on:`Next`,page_of:`{range} of {n}`,loading:`Loading …`,nothing_here:`Nothing here.`,by_channel:`By channel`,offline:`No connection. Nothing is lost: it goes on. This shows the last known state of {time}.`,offline_write:`No connection. Your text is kept.`,unreachable:`The service does not answer. Nothing was changed, as far as this page knows.`,no_answer:`The service does not answer.`,session_over:`Your session is over. Your text is kept.`,session_over_watch:`Your session is over. What is being sent goes on.`,sign_in_again:`Sign in again`,session_ended:`Your session is over`,busy:`The service is busy. Trying again in {n} s …`,overloaded:`The service has too much to do just now. Wait a little, then try again.`,no_permission:`Your role can look at conversations, not send mass replies.`,not_allowed:`You can look, not send`,pick_others:`Close this and pick others. Your text is kept.`,empty_selection:`No conversation matches this selection.`,nothing_to_send:`Nobody of those selected can get this message.`,discard_title:`Throw the text away?`,discard:`Throw away`,keep:`Keep writing`,keep_for_later:`Keep for later`,draft_kept:`Your draft of {time} is here again.`,failed_action:`That did not work: {detail}`,nav_conversations:`Conversations`,nav_mass_replies:`Mass replies`,nav_accounts:`Accounts`,nav_settings:`Settings`,sign_in:`Sign in`,sign_out:`Sign out`,sign_in_hint:`With an API key, or a token of your helpdesk.`,key:`Key or token`,in_memory:`It is kept in memory only: a reload asks again.`,key_refused:`This key or token is not accepted.`,key_of_others:`This key or token belongs to another company. Sign out before you use it.`,total:{one:`1 conversation`,other:`{n} conversations`},tick_page:`Tick this page`,contact:`Customer`,col_channel:`Channel`,col_state:`State`,col_time:`When`,col_who:`Who`,any:`Any`,filter:`Filter by`,filters:`Filters`,filter_value:`Value`,filter_add:`Add`,filter_hint:`several with commas, or channel:sms`,filter_tag:`Tags, all of`,filter_tag_any:`Tags, any of`,filter_tag_none:`Tags, none of`,filter_channel:`Channel`,filter_status:`Status`,filter_engagement:`Whose turn`,filter_team:`Team`,filter_assignee:`Assignee`,filter_contact:`Customer’s id`,filter_subject:`Subject contains`,filter_written_from:`Customer wrote since`,filter_written_to:`Customer wrote before`,filter_created_from:`Created since`,filter_created_to:`Created before`,filter_field:`Custom field`,filter_json:`Filter as JSON`,and:`and`,or:`or`,not_json:`This is not valid JSON.`,no_match:`No conversation matches these filters.`,no_conversations:`There are no conversations yet. Import some, and they appear here.`,clear:`Clear filters`,bulk:`What is ticked`,n_selected:{one:`1 selected`,other:`{n} selected`},all_matching:`All {n} matching`,clear_selection:`Clear`,mass_reply:`Mass reply`,tick_hint:`Tick conversations to write to them at once.`,dispatched:{one:`Dispatched to 1 conversation.`,other:`Dispatched to {n} conversations.`},look:`See what becomes of it`,thread:`Conversation`,recipients:`Recipients`,open_dialog:`Open`,by_at:`{name}, {time}`,html_part:`As HTML, for e-mail and chat`,as_sent:`As the API got it`,selected_by:`Selected by`,counts:`Numbers`,sum:`selected`,log:`Who did what`,needs_admin:`Only an administrator sees this.`,no_accounts:`There is no account yet. Without one nothing can be sent.`,per_second:{one:`1 a second`,other:`{n} a second`},callback_address:`Callback address, to enter at the provider`,copy:`Copy the address`,copied:`Copied`,test:`Test`,new_account:`New account`,provider:`Provider`,account_name_hint:`Support e-mail`,secrets_stay:`The stored secrets stay if you leave their fields empty. Nobody can read them again.`,more_settings:`More settings`,rate:`Messages a second`,in_flight:`Calls at once`,account_on:`May send`,account_saved:`Saved. Now enter the callback address at the provider, then test.`,account_saved_plain:`Saved. Test whether it works.`,setup_postmark:`Postmark: under Servers, Webhooks, add this address for delivery, bounce and spam complaint.`,setup_sendgrid:`SendGrid: under Settings, Mail Settings, Event Webhook, enter this address and turn on signing.`,setup_smtp:`SMTP: nothing to enter; a mail server reports nothing later.`,setup_twilio:`Twilio: under the number or the messaging service, enter this address for incoming messages.`,setup_whatsapp_cloud:`Meta: in the app, under WhatsApp, Configuration, enter this address and your verify token.`,setup_meta:`Meta: in the app, under Messenger or Instagram, Webhooks, enter this address and your verify token.`,setup_webchat:`Web chat is built in: nothing to enter.`,setup_webhook:`Your own endpoint reports to this address, signed with the shared secret.`,setup_other:`Enter this address at the provider.`,guards:`Guards`,guard_approval_above:`A second person above so many recipients`,guard_max_per_contact_per_day:`Most messages to one customer in 24 h`,guard_inactive_after_days:`Inactive after so many days`,guard_agent:`Most recipients for agents`,guard_once:`Only one message to a customer with several conversations`,guard_skip:`Leave inactive conversations out`,save:`Save`,is_saved:`Saved.`,shortcode:`Shortcode`,snippet_text:`Text`,rules:`Rules`,webhooks:`Webhooks`,keys:`API keys`,no_mass_replies:`Nothing has been sent yet. Tick conversations to write the first mass reply.`,n_left:{one:`1 left`,other:`{n} left`},really:`Really: {what}`,cancel_form:`Cancel`,keep_it:`Keep it`,shown_once:`This is shown once. Copy it now.`,secret:`Secret`,was_over:`ended {time}`,is_over:`until {time}`,never_used:`never used`,replace:`Make a new one`,revoke:`Revoke`,new_key:`New key`,name:`Name`,role:`Role`,agent_id:`Agent’s id`,agent_name:`Agent’s name`,ends_on:`Ends on`,create:`Create`,all_events:`all events`,n_wait:{one:`1 event waits`,other:`{n} events wait`},turn_on:`Turn on`,turn_off:`Turn off`,rotate:`New secret`,delete:`Delete`,edit:`Edit`,new_webhook:`New webhook`,new_rule:`New rule`,rule:`Rule`,rule_when:`When`,rule_to:`to`,rule_tags:`Tags`,rule_if:`If it matches`,rule_if_hint:`all of these; without any, every conversation`,rule_then:`Then`,rule_another:`Another action`,as_json:`Write it as JSON`,as_fields:`Write it in fields`,json_only:`The fields have no room for all of this rule: it stays JSON.`,rule_text:`The rule, as JSON`,rule_failing:`✕ fails`,is_on:`● on`,is_off:`○ off`,short_name:`Short name`,address:`Address`,events:`Events`,revoked:`revoked`},dt={email:`E-mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Voice`,facebook:`Messenger`,instagram:`Instagram`,other:`Other`},B={queued:`waiting`,sending:`being sent`,sent:`sent`,delivered:`delivered`,read:`read`,failed:`failed`,uncertain:`not known`,skipped:`left out`,cancelled:`not sent`},ft={preparing:`Being prepared`,awaiting_confirmation:`Not confirmed yet`,awaiting_approval:`Waits for a second person`,scheduled:`Scheduled`,sending:`Sending`,paused:`Paused`,completed:`Finished`,cancelled:`Stopped`,expired:`Expired`},pt={voice_not_supported:`voice calls cannot be answered with a text`,no_address:`there is no address to write to`,address_invalid:`the address is not valid`,opted_out:`they asked for no more messages`,window_closed:`the time to answer on this channel is over`,merge_tag_unresolved:`a value in the text is missing for them`,message_too_long:`the text is too long for the channel`,no_channel_account:`there is no account to send from`,conversation_archived:`the conversation is archived or gone`,duplicate_contact:`the same person gets it in another conversation`,inactive_conversation:`they have not written for long`,contact_limit:`they got as many messages today as are allowed`,invalid_recipient:`the provider says that the address is not valid`,blocked:`they have blocked us`,bounced:`the mail came back`,complained:`they reported us as spam`,unreachable:`the provider could not reach them`,content_rejected:`the provider refused the content`,template_rejected:`the provider refused the template`,provider_rejected:`the provider refused it`,too_late:`it could not be sent in time`,marked_not_sent:`somebody marked it as not sent`,answer_lost:`the provider’s answer was lost`,worker_lost:`sending was cut off in the middle`,cancelled:`it was stopped before its turn`,expired:`it was not confirmed in time`,rejected:`the second person rejected it`,contact_erased:`this person’s data was erased`},mt={attachment_dropped:`without the file, which this channel does not carry`,sent_as_template:`with the approved template, for the time to answer is over`,inactive_conversation:`to people who have not written for long`,duplicate_contact:`to people who get it more than once`,recent_mass_reply:`to people who got another mass reply within a day`,multiple_segments:`as more than one SMS segment, each billed`,unknown_snippet:`with a /shortcode that names no snippet`},ht={postmark:`Postmark`,sendgrid:`SendGrid`,smtp:`SMTP`,twilio:`Twilio`,whatsapp_cloud:`WhatsApp Cloud`,meta:`Meta`,webchat:`Web chat (built in)`,webhook:`Webhook (your own)`,from:`Sender`,reply_to:`Replies go to`,message_stream:`Message stream`,base_url:`API address`,webhook_public_key:`Key of the event webhook`,inbound_public_key:`Key of inbound parse`,host:`Server`,port:`Port`,tls:`Encryption`,account_sid:`Account SID`,messaging_service_sid:`Messaging service SID (instead of a sender)`,region:`Country of numbers without +`,url:`Your address`,page_id:`Page ID`,instagram_id:`Instagram ID`,api_version:`API version`,human_agent:`Human Agent is approved`,phone_number_id:`Phone number ID`,fallback_template:`Template for closed windows (JSON)`,server_token:`Server token`,api_key:`API key`,username:`User name`,password:`Password`,auth_token:`Auth token`,access_token:`Access token`,app_secret:`App secret`,verify_token:`Verify token`,secret:`Shared secret`},gt={"contact.first_name":`First name`,"contact.name":`Full name`,"contact.email":`E-mail address`,"conversation.human_id":`Reference`,"conversation.subject":`Subject`,"agent.name":`Your name`,"agent.email":`Your e-mail address`,"tenant.name":`Company`},_t={"status.active":`Active`,"status.snoozed":`Snoozed`,"status.done":`Done`,"status.archived":`Archived`,"engagement.pending":`Ours`,"engagement.engaged":`The customer’s`,"kind.customer_message":`Customer`,"kind.reply":`Reply`,"kind.system_note":`Note`,"kind.system_error":`Error`,"account.ready":`● ready`,"account.cooling":`◐ waits`,"account.paused":`◼ paused`,"account.disabled":`○ off`,"credentials.ok":`✓ Works.`,"credentials.refused":`✕ Refused.`,"credentials.unknown":`? Not known.`,"callbacks.verified":`Callbacks come in`,"callbacks.not_verified":`The last callback was not the provider’s`,"callbacks.none_yet":`No callback yet`,"action.mass_reply.created":`Created`,"action.mass_reply.confirmed":`Confirmed`,"action.mass_reply.approved":`Approved`,"action.mass_reply.rejected":`Rejected`,"action.mass_reply.paused":`Paused`,"action.mass_reply.lane_stopped":`An account stopped`,"action.mass_reply.resumed":`Resumed`,"action.mass_reply.cancelled":`Stopped`,"action.mass_reply.expired":`Expired`,"action.mass_reply.retried":`Tried again`,"action.mass_reply.resolved":`Settled by hand`,"action.mass_reply.purged":`Purged`,"action.channel_account.saved":`Account saved`,"action.channel_account.paused":`Account paused`,"action.channel_account.callback_rotated":`Callback address replaced`,"action.channel_account.deleted":`Account deleted`,"action.api_key.issued":`Key made`,"action.api_key.revoked":`Key revoked`,"action.settings.changed":`Guards changed`,"action.snippet.saved":`Snippet saved`,"action.snippet.deleted":`Snippet deleted`,"action.automation_rule.saved":`Rule saved`,"action.automation_rule.deleted":`Rule deleted`,"action.webhook_endpoint.saved":`Webhook saved`,"action.webhook_endpoint.deleted":`Webhook deleted`,"action.webhook_endpoint.replayed":`Webhook replayed`,"action.contact.erased":`Customer erased`,"action.blocked_address.lifted":`Address unblocked`,"action.purge.ran":`Old data purged`,"action.access.forbidden":`Access refused`,"action.credential.refused":`Credential refused`,"trigger.message.sent":`a reply was sent`,"trigger.message.received":`the customer wrote`,"trigger.status.changed":`the status changed`,"trigger.tag.added":`a tag was added`,"action_type.add_tag":`add the tag`,"action_type.remove_tag":`remove the tag`,"action_type.set_status":`set the status`,"action_type.assign_team":`assign the team`,"action_type.assign_agent":`assign the agent`,"action_type.add_note":`add a note`,"action_type.call_webhook":`call the address`,"pause.person":`by a person`,"pause.sample_sent":`the sample is sent`,"pause.failure_share":`too many failed`,"pause.account":`an account cannot send`,"lane.idle":`○ not begun`,"lane.sending":`● sending`,"lane.cooling":`◐ waits`,"lane.paused":`◼ paused`,"lane.done":`✓ done`,"endpoint.active":`● works`,"endpoint.retrying":`◐ tries again`,"endpoint.disabled":`✕ given up`,"endpoint.off":`○ off`},vt={unexplained:`The service refused it and did not say why.`},yt=/* @__PURE__ */ t({batch_statuses:()=>Ct,channels:()=>xt,codes:()=>Ot,fields:()=>Et,preflight_warnings:()=>Tt,problems:()=>kt,reasons:()=>wt,sentences:()=>bt,statuses:()=>St,tags:()=>Dt}),bt={will_get:{one:`{n} von {of} Unterhaltungen bekommt diese Nachricht`,other:`{n} von {of} Unterhaltungen bekommen diese Nachricht`},will_get_all:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`Alle {n} Unterhaltungen bekommen diese Nachricht`},opening:`Einen Moment …`,not_opened:`Das ließ sich noch nicht öffnen.`,not_counted:`Die Unterhaltungen ließen sich noch nicht zählen.`,counting:`Die Unterhaltungen werden gezählt …`,selected_only:{one:`1 Unterhaltung ist ausgewählt`,other:`{n} Unterhaltungen sind ausgewählt`},counted_on_review:`Wer erreichbar ist, wird beim Prüfen ermittelt.`,nobody_left_out:`Niemand wird ausgelassen.`,left_out:{one:`1 bekommt sie nicht`,other:`{n} bekommen sie nicht`},review:`Prüfen`,back:`Zurück`,close:`Schließen`,send_to:{one:`An 1 Unterhaltung senden`,other:`An {n} Unterhaltungen senden`},cannot_be_recalled:`Einmal gesendet, lässt sich das nicht zurückholen.`,message:`Nachricht`,message_hint:`/ öffnet Textbausteine.`,preview:`Vorschau`,preview_empty:`Schreiben Sie einen Text, um ihn zu sehen, wie ein Kunde ihn bekommt.`,preview_nobody:`Niemand der Gezeigten bekäme diesen Text.`,previous:`Voriger Empfänger`,next:`Nächster Empfänger`,place_of:`{i} von {n}`,to:`An {name}`,unnamed:`einen Kunden ohne Namen`,insert_tag:`Wert einfügen`,insert:`Einfügen`,if_missing:`Wenn er fehlt, schreibe`,snippets:`Textbausteine`,attach:`Datei anhängen`,attaching:`{name} wird hochgeladen …`,remove:`{name} entfernen`,files:`Dateien`,without_file:`geht ohne die Datei`,with_file:`geht mit der Datei`,options:`Einstellungen`,mark_as_done:`Nach dem Senden als erledigt markieren`,hold:`30 s zurückhalten, damit es sich rückgängig machen lässt`,schedule:`Später senden`,schedule_at:`Tag und Uhrzeit`,sample:`Zuerst eine Stichprobe von`,sample_unit:`dann auf mich warten`,blank:`Fehlt ein Wert, leer lassen und senden`,blank_hint:`Sonst werden diese Personen ausgelassen.`,template:`WhatsApp-Vorlage für abgelaufene Fristen`,template_name:`Name der genehmigten Vorlage`,template_language:`Sprache`,template_parameters:`Werte, einer je Zeile`,segments:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},used_of_bytes:`{used} von {n} Bytes`,used_of_characters:`{used} von {n} Zeichen`,warnings:`Gut zu wissen`,confirm_title:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`{n} Unterhaltungen bekommen diese Nachricht`},changed:`Vorhin waren es {before}; jetzt sind es {n}.`,changed_more:{one:`Eine mehr als vorher.`,other:`{n} mehr als vorher.`},changed_less:{one:`Eine weniger als vorher.`,other:`{n} weniger als vorher.`},frozen:`Die Auswahl steht fest: genau diese bekommen sie, was auch immer sich inzwischen ändert.`,text_for:`Was sie lesen werden`,costs:`Was es kostet`,costs_nothing:`Keine abgerechneten Nachrichten.`,cost_sms:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},cost_whatsapp:{one:`1 WhatsApp-Nachricht innerhalb der Frist`,other:`{n} WhatsApp-Nachrichten innerhalb der Frist`},cost_template:{one:`1 WhatsApp-Vorlage`,other:`{n} WhatsApp-Vorlagen`},type_number:`Zur Bestätigung {n} eingeben`,expires:`Bestätigen bis {time}.`,preparing:{one:`1 Unterhaltung wird vorbereitet …`,other:`{n} Unterhaltungen werden vorbereitet …`},preparing_of:`Wird vorbereitet: {done} von {n}`,preparing_hint:`Sie können das schließen; es geht weiter.`,will_hold:`Es wird zuerst 30 s zurückgehalten und lässt sich rückgängig machen.`,will_schedule:`Gesendet wird am {time}.`,will_sample:{one:`Eine geht zuerst; die anderen warten auf Sie.`,other:`{n} gehen zuerst; die anderen warten auf Sie.`},will_mark_done:`Die Unterhaltungen werden als erledigt markiert.`,in_name_of:`Gesendet wird im Namen von {name}.`,will_ask:`Zuerst muss eine zweite Person zustimmen.`,asks_above:{one:`Ab 2 Empfängern muss eine zweite Person zustimmen.`,other:`Bei mehr als {n} Empfängern muss eine zweite Person zustimmen.`},expired:`Das wurde nicht rechtzeitig bestätigt. Nichts wurde gesendet.`,review_again:`Neu prüfen`,undo:`Rückgängig`,sends_in:`Gesendet wird in {n} s`,sends_at:`Gesendet wird am {time}`,sending:`Wird gesendet: {done} von {n}`,you_can_close:`Sie können das schließen; es geht weiter.`,pause:`Anhalten`,resume:`Fortsetzen`,stop:`Endgültig stoppen`,stop_sure:`Endgültig stoppen? Was noch nicht gesendet ist, wird nie gesendet.`,keep_sending:`Weiter senden`,paused_person:`Angehalten.`,paused_sample:{one:`Die Stichprobe ist gesendet. Eine weitere wartet.`,other:`Die Stichprobe ist gesendet. {n} weitere warten.`},paused_failures:`Angehalten, weil viele gescheitert sind. Sehen Sie sich die Gründe an, bevor Sie fortsetzen.`,paused_account:`Angehalten: ein Konto kann nicht senden.`,go_on_with:{one:`Mit der anderen fortsetzen`,other:`Mit den anderen {n} fortsetzen`},sent_to:{one:`An 1 gesendet.`,other:`An {n} gesendet.`},n_failed:{one:`1 gescheitert.`,other:`{n} gescheitert.`},n_unknown:{one:`1 ungewiss.`,other:`{n} ungewiss.`},n_cancelled:{one:`1 nicht gesendet.`,other:`{n} nicht gesendet.`},undone:`Rückgängig gemacht. Nichts wurde gesendet.`,waits:`{channel} wartet: {reason}`,waits_until:`{channel} wartet bis {time}: {reason}`,try_again:`Erneut versuchen`,awaits_approval:`Wartet auf eine zweite Person`,approval_hint:{one:`Wenn Sie zustimmen, bekommt 1 Unterhaltung diese Nachricht.`,other:`Wenn Sie zustimmen, bekommen {n} Unterhaltungen diese Nachricht.`},awaits_approval_hint:{one:`Jemand anderes muss zustimmen, bevor 1 Unterhaltung diese Nachricht bekommt.`,other:`Jemand anderes muss zustimmen, bevor {n} Unterhaltungen diese Nachricht bekommen.`},approve:{one:`Senden an 1 Unterhaltung genehmigen`,other:`Senden an {n} Unterhaltungen genehmigen`},reject:`Ablehnen`,reject_reason:`Warum nicht?`,rejected_by:`{name} hat abgelehnt: {reason}`,rejected_title:`Abgelehnt. Nichts wurde gesendet.`,asked_by:`{name} möchte das senden`,withdraw:`Zurückziehen`,results:`Ergebnisse`,retry_hint:`Nur was vorübergehen kann, wird erneut gesendet.`,retry_n:{one:`1 erneut versuchen`,other:`{n} erneut versuchen`},retry_none:`Nichts davon geht von selbst vorüber; ein neuer Versuch hülfe nicht.`,export:`Als CSV exportieren`,follow_up:`An die schreiben, die sie bekamen`,follow_up_failed:`An die schreiben, die sie nicht bekamen`,not_again:`Von selbst wird es nicht erneut gesendet.`,mark:`Was ist mit den angehakten geschehen?`,mark_sent:`Sie wurden gesendet`,mark_not_sent:`Sie wurden nicht gesendet`,mark_again:`Nicht gesendet: erneut senden`,mark_risk:`Kam sie doch an, bekommt der Kunde sie zweimal.`,mark_why:`Woher wissen Sie das?`,settling:`entscheidbar ab {time}`,find:`Kunden finden`,tick_shown:{one:`Die gezeigte anhaken`,other:`Die {n} gezeigten anhaken`},pages:`Seiten`,page_back:`Zurück`,page_on:`Weiter`,page_of:`{range} von {n}`,loading:`Wird geladen …`,nothing_here:`Hier ist nichts.`,by_channel:`Nach Kanal`,offline:`Keine Verbindung. Nichts ist verloren: es geht weiter. Gezeigt wird der letzte bekannte Stand von {time}.`,offline_write:`Keine Verbindung. Ihr Text bleibt erhalten.`,unreachable:`Der Dienst antwortet nicht. Soweit diese Seite weiß, hat sich nichts geändert.`,no_answer:`Der Dienst antwortet nicht.`,session_over:`Ihre Sitzung ist abgelaufen. Ihr Text bleibt erhalten.`,session_over_watch:`Ihre Sitzung ist abgelaufen. Was gesendet wird, geht weiter.`,sign_in_again:`Erneut anmelden`,session_ended:`Ihre Sitzung ist abgelaufen`,busy:`Der Dienst ist ausgelastet. Neuer Versuch in {n} s …`,overloaded:`Der Dienst hat gerade zu viel zu tun. Warten Sie ein wenig und versuchen Sie es noch einmal.`,no_permission:`Ihre Rolle darf Unterhaltungen ansehen, aber keine Sammelantworten senden.`,not_allowed:`Sie können ansehen, nicht senden`,pick_others:`Schließen Sie das und wählen Sie andere. Ihr Text bleibt erhalten.`,empty_selection:`Keine Unterhaltung passt zu dieser Auswahl.`,nothing_to_send:`Niemand der Ausgewählten kann diese Nachricht bekommen.`,discard_title:`Den Text verwerfen?`,discard:`Verwerfen`,keep:`Weiterschreiben`,keep_for_later:`Für später behalten`,draft_kept:`Ihr Entwurf von {time} ist wieder da.`,failed_action:`Das ging nicht: {detail}`,nav_conversations:`Unterhaltungen`,nav_mass_replies:`Sammelantworten`,nav_accounts:`Konten`,nav_settings:`Einstellungen`,sign_in:`Anmelden`,sign_out:`Abmelden`,sign_in_hint:`Mit einem API-Schlüssel oder einem Token Ihres Helpdesks.`,key:`Schlüssel oder Token`,in_memory:`Er bleibt nur im Speicher: nach einem Neuladen wird wieder gefragt.`,key_refused:`Dieser Schlüssel oder dieses Token wird nicht angenommen.`,key_of_others:`Dieser Schlüssel oder dieses Token gehört einem anderen Unternehmen. Melden Sie sich ab, bevor Sie ihn benutzen.`,total:{one:`1 Unterhaltung`,other:`{n} Unterhaltungen`},tick_page:`Diese Seite anhaken`,contact:`Kunde`,col_channel:`Kanal`,col_state:`Stand`,col_time:`Wann`,col_who:`Wer`,any:`Alle`,filter:`Filtern nach`,filters:`Filter`,filter_value:`Wert`,filter_add:`Hinzufügen`,filter_hint:`mehrere mit Komma, oder channel:sms`,filter_tag:`Tags, alle von`,filter_tag_any:`Tags, eines von`,filter_tag_none:`Tags, keines von`,filter_channel:`Kanal`,filter_status:`Stand`,filter_engagement:`Wer ist dran`,filter_team:`Team`,filter_assignee:`Zuständig`,filter_contact:`Kennung des Kunden`,filter_subject:`Betreff enthält`,filter_written_from:`Kunde schrieb seit`,filter_written_to:`Kunde schrieb vor`,filter_created_from:`Angelegt seit`,filter_created_to:`Angelegt vor`,filter_field:`Eigenes Feld`,filter_json:`Filter als JSON`,and:`und`,or:`oder`,not_json:`Das ist kein gültiges JSON.`,no_match:`Keine Unterhaltung passt zu diesen Filtern.`,no_conversations:`Es gibt noch keine Unterhaltungen. Importierte erscheinen hier.`,clear:`Filter leeren`,bulk:`Was angehakt ist`,n_selected:{one:`1 ausgewählt`,other:`{n} ausgewählt`},all_matching:`Alle {n} passenden`,clear_selection:`Leeren`,mass_reply:`Sammelantwort`,tick_hint:`Haken Sie Unterhaltungen an, um allen zugleich zu schreiben.`,dispatched:{one:`An 1 Unterhaltung auf den Weg gebracht.`,other:`An {n} Unterhaltungen auf den Weg gebracht.`},look:`Sehen, was daraus wird`,thread:`Unterhaltung`,recipients:`Empfänger`,open_dialog:`Öffnen`,by_at:`{name}, {time}`,html_part:`Als HTML, für E-Mail und Chat`,as_sent:`Wie die API es bekam`,selected_by:`Ausgewählt nach`,counts:`Zahlen`,sum:`ausgewählt`,log:`Wer was getan hat`,needs_admin:`Das sieht nur, wer verwaltet.`,no_accounts:`Es gibt noch kein Konto. Ohne Konto lässt sich nichts senden.`,per_second:{one:`1 je Sekunde`,other:`{n} je Sekunde`},callback_address:`Rückruf-Adresse, beim Anbieter einzutragen`,copy:`Adresse kopieren`,copied:`Kopiert`,test:`Prüfen`,new_account:`Neues Konto`,provider:`Anbieter`,account_name_hint:`Support-E-Mail`,secrets_stay:`Die gespeicherten Geheimnisse bleiben, wenn Sie deren Felder leer lassen. Niemand kann sie noch einmal lesen.`,more_settings:`Weitere Einstellungen`,rate:`Nachrichten pro Sekunde`,in_flight:`Aufrufe zugleich`,account_on:`Darf senden`,account_saved:`Gespeichert. Tragen Sie nun die Rückrufadresse beim Anbieter ein und testen Sie dann.`,account_saved_plain:`Gespeichert. Testen Sie, ob es geht.`,setup_postmark:`Postmark: unter Servers, Webhooks diese Adresse für Delivery, Bounce und Spam Complaint eintragen.`,setup_sendgrid:`SendGrid: unter Settings, Mail Settings, Event Webhook diese Adresse eintragen und Signieren einschalten.`,setup_smtp:`SMTP: nichts einzutragen; ein Mailserver meldet später nichts.`,setup_twilio:`Twilio: bei der Nummer oder dem Messaging Service diese Adresse für eingehende Nachrichten eintragen.`,setup_whatsapp_cloud:`Meta: in der App unter WhatsApp, Configuration diese Adresse und Ihr Verify Token eintragen.`,setup_meta:`Meta: in der App unter Messenger oder Instagram, Webhooks diese Adresse und Ihr Verify Token eintragen.`,setup_webchat:`Der Web-Chat ist eingebaut: nichts einzutragen.`,setup_webhook:`Ihr eigener Endpunkt meldet an diese Adresse, signiert mit dem gemeinsamen Geheimnis.`,setup_other:`Tragen Sie diese Adresse beim Anbieter ein.`,guards:`Grenzen`,guard_approval_above:`Zweite Person ab mehr Empfängern als`,guard_max_per_contact_per_day:`Höchstens so viele an einen Kunden in 24 h`,guard_inactive_after_days:`Inaktiv nach so vielen Tagen`,guard_agent:`Höchstens so viele Empfänger für Agenten`,guard_once:`Nur eine Nachricht an Kunden mit mehreren Unterhaltungen`,guard_skip:`Inaktive Unterhaltungen auslassen`,save:`Speichern`,is_saved:`Gespeichert.`,shortcode:`Kürzel`,snippet_text:`Text`,rules:`Regeln`,webhooks:`Webhooks`,keys:`API-Schlüssel`,no_mass_replies:`Noch nichts gesendet. Haken Sie Unterhaltungen an, um die erste Sammelantwort zu schreiben.`,n_left:{one:`1 übrig`,other:`{n} übrig`},really:`Wirklich: {what}`,cancel_form:`Abbrechen`,keep_it:`Behalten`,shown_once:`Das wird nur einmal gezeigt. Kopieren Sie es jetzt.`,secret:`Geheimnis`,was_over:`endete {time}`,is_over:`bis {time}`,never_used:`nie benutzt`,replace:`Neuen anlegen`,revoke:`Widerrufen`,new_key:`Neuer Schlüssel`,name:`Name`,role:`Rolle`,agent_id:`Kennung des Agenten`,agent_name:`Name des Agenten`,ends_on:`Endet am`,create:`Anlegen`,all_events:`alle Ereignisse`,n_wait:{one:`1 Ereignis wartet`,other:`{n} Ereignisse warten`},turn_on:`Einschalten`,turn_off:`Ausschalten`,rotate:`Neues Geheimnis`,delete:`Löschen`,edit:`Bearbeiten`,new_webhook:`Neuer Webhook`,new_rule:`Neue Regel`,rule:`Regel`,rule_when:`Wenn`,rule_to:`auf`,rule_tags:`Tags`,rule_if:`Falls zutrifft`,rule_if_hint:`alles davon; ohne Angabe jede Unterhaltung`,rule_then:`Dann`,rule_another:`Noch eine Aktion`,as_json:`Als JSON schreiben`,as_fields:`In Feldern schreiben`,json_only:`Die Felder haben nicht für alles in dieser Regel Platz: Sie bleibt JSON.`,rule_text:`Die Regel, als JSON`,rule_failing:`✕ scheitert`,is_on:`● an`,is_off:`○ aus`,short_name:`Kurzname`,address:`Adresse`,events:`Ereignisse`,revoked:`widerrufen`},xt={email:`E-Mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Telefon`,facebook:`Messenger`,instagram:`Instagram`,other:`Andere`},St={queued:`wartend`,sending:`wird gesendet`,sent:`gesendet`,delivered:`zugestellt`,read:`gelesen`,failed:`gescheitert`,uncertain:`ungewiss`,skipped:`ausgelassen`,cancelled:`nicht gesendet`},Ct={preparing:`Wird vorbereitet`,awaiting_confirmation:`Noch nicht bestätigt`,awaiting_approval:`Wartet auf eine zweite Person`,scheduled:`Geplant`,sending:`Wird gesendet`,paused:`Angehalten`,completed:`Fertig`,cancelled:`Gestoppt`,expired:`Abgelaufen`},wt={voice_not_supported:`Anrufe lassen sich nicht mit einem Text beantworten`,no_address:`es gibt keine Adresse`,address_invalid:`die Adresse ist ungültig`,opted_out:`sie wollen keine Nachrichten mehr`,window_closed:`die Antwortfrist dieses Kanals ist abgelaufen`,merge_tag_unresolved:`ein Wert im Text fehlt für sie`,message_too_long:`der Text ist zu lang für den Kanal`,no_channel_account:`es gibt kein Konto zum Senden`,conversation_archived:`die Unterhaltung ist archiviert oder fort`,duplicate_contact:`dieselbe Person bekommt sie in einer anderen Unterhaltung`,inactive_conversation:`sie haben lange nicht geschrieben`,contact_limit:`sie bekamen heute so viele Nachrichten wie erlaubt`,invalid_recipient:`der Anbieter hält die Adresse für ungültig`,blocked:`sie haben uns blockiert`,bounced:`die Mail kam zurück`,complained:`sie haben uns als Spam gemeldet`,unreachable:`der Anbieter konnte sie nicht erreichen`,content_rejected:`der Anbieter lehnte den Inhalt ab`,template_rejected:`der Anbieter lehnte die Vorlage ab`,provider_rejected:`der Anbieter lehnte sie ab`,too_late:`sie ließ sich nicht rechtzeitig senden`,marked_not_sent:`jemand hat sie als nicht gesendet markiert`,answer_lost:`die Antwort des Anbieters ging verloren`,worker_lost:`das Senden wurde unterbrochen`,cancelled:`vorher gestoppt`,expired:`nicht rechtzeitig bestätigt`,rejected:`die zweite Person lehnte ab`,contact_erased:`die Daten dieser Person wurden gelöscht`},Tt={attachment_dropped:`ohne die Datei, die dieser Kanal nicht mitnimmt`,sent_as_template:`mit der genehmigten Vorlage, da die Antwortfrist abgelaufen ist`,inactive_conversation:`an Personen, die lange nicht geschrieben haben`,duplicate_contact:`an Personen, die sie mehr als einmal bekommen`,recent_mass_reply:`an Personen, die binnen eines Tages schon eine Sammelantwort bekamen`,multiple_segments:`als mehr als ein SMS-Segment, jedes abgerechnet`,unknown_snippet:`mit einem /Kürzel ohne Textbaustein`},Et={postmark:`Postmark`,sendgrid:`SendGrid`,smtp:`SMTP`,twilio:`Twilio`,whatsapp_cloud:`WhatsApp Cloud`,meta:`Meta`,webchat:`Web-Chat (eingebaut)`,webhook:`Webhook (Ihr eigener)`,from:`Absender`,reply_to:`Antworten gehen an`,message_stream:`Message stream`,base_url:`Adresse der API`,webhook_public_key:`Schlüssel des Event Webhook`,inbound_public_key:`Schlüssel von Inbound Parse`,host:`Server`,port:`Port`,tls:`Verschlüsselung`,account_sid:`Account SID`,messaging_service_sid:`Messaging Service SID (statt eines Absenders)`,region:`Land der Nummern ohne +`,url:`Ihre Adresse`,page_id:`Seiten-ID`,instagram_id:`Instagram ID`,api_version:`API-Version`,human_agent:`Human Agent ist genehmigt`,phone_number_id:`Telefonnummern-ID`,fallback_template:`Vorlage für geschlossene Fenster (JSON)`,server_token:`Server token`,api_key:`API key`,username:`Benutzername`,password:`Passwort`,auth_token:`Auth token`,access_token:`Access token`,app_secret:`App secret`,verify_token:`Verify token`,secret:`Gemeinsames Geheimnis`},Dt={"contact.first_name":`Vorname`,"contact.name":`Voller Name`,"contact.email":`E-Mail-Adresse`,"conversation.human_id":`Kennung`,"conversation.subject":`Betreff`,"agent.name":`Ihr Name`,"agent.email":`Ihre E-Mail-Adresse`,"tenant.name":`Firma`},Ot={"status.active":`Aktiv`,"status.snoozed":`Zurückgestellt`,"status.done":`Erledigt`,"status.archived":`Archiviert`,"engagement.pending":`Wir`,"engagement.engaged":`Der Kunde`,"kind.customer_message":`Kunde`,"kind.reply":`Antwort`,"kind.system_note":`Notiz`,"kind.system_error":`Fehler`,"account.ready":`● bereit`,"account.cooling":`◐ wartet`,"account.paused":`◼ angehalten`,"account.disabled":`○ aus`,"credentials.ok":`✓ Geht.`,"credentials.refused":`✕ Abgelehnt.`,"credentials.unknown":`? Ungewiss.`,"callbacks.verified":`Rückrufe kommen an`,"callbacks.not_verified":`Der letzte Rückruf war nicht vom Anbieter`,"callbacks.none_yet":`Noch kein Rückruf`,"action.mass_reply.created":`Angelegt`,"action.mass_reply.confirmed":`Bestätigt`,"action.mass_reply.approved":`Genehmigt`,"action.mass_reply.rejected":`Abgelehnt`,"action.mass_reply.paused":`Angehalten`,"action.mass_reply.lane_stopped":`Ein Konto hielt an`,"action.mass_reply.resumed":`Fortgesetzt`,"action.mass_reply.cancelled":`Gestoppt`,"action.mass_reply.expired":`Abgelaufen`,"action.mass_reply.retried":`Erneut versucht`,"action.mass_reply.resolved":`Von Hand entschieden`,"action.mass_reply.purged":`Bereinigt`,"action.channel_account.saved":`Konto gespeichert`,"action.channel_account.paused":`Konto angehalten`,"action.channel_account.callback_rotated":`Rückruf-Adresse ersetzt`,"action.channel_account.deleted":`Konto gelöscht`,"action.api_key.issued":`Schlüssel angelegt`,"action.api_key.revoked":`Schlüssel widerrufen`,"action.settings.changed":`Grenzen geändert`,"action.snippet.saved":`Textbaustein gespeichert`,"action.snippet.deleted":`Textbaustein gelöscht`,"action.automation_rule.saved":`Regel gespeichert`,"action.automation_rule.deleted":`Regel gelöscht`,"action.webhook_endpoint.saved":`Webhook gespeichert`,"action.webhook_endpoint.deleted":`Webhook gelöscht`,"action.webhook_endpoint.replayed":`Webhook wiederholt`,"action.contact.erased":`Kunde gelöscht`,"action.blocked_address.lifted":`Adresse freigegeben`,"action.purge.ran":`Alte Daten bereinigt`,"action.access.forbidden":`Zugriff verweigert`,"action.credential.refused":`Anmeldung verweigert`,"trigger.message.sent":`eine Antwort gesendet wurde`,"trigger.message.received":`der Kunde schrieb`,"trigger.status.changed":`der Status sich änderte`,"trigger.tag.added":`ein Tag dazukam`,"action_type.add_tag":`Tag hinzufügen`,"action_type.remove_tag":`Tag entfernen`,"action_type.set_status":`Status setzen`,"action_type.assign_team":`Team zuweisen`,"action_type.assign_agent":`Agent zuweisen`,"action_type.add_note":`Notiz hinzufügen`,"action_type.call_webhook":`Adresse aufrufen`,"pause.person":`von Hand`,"pause.sample_sent":`die Stichprobe ist gesendet`,"pause.failure_share":`zu viele sind gescheitert`,"pause.account":`ein Konto kann nicht senden`,"lane.idle":`○ nicht begonnen`,"lane.sending":`● sendet`,"lane.cooling":`◐ wartet`,"lane.paused":`◼ angehalten`,"lane.done":`✓ fertig`,"endpoint.active":`● läuft`,"endpoint.retrying":`◐ versucht erneut`,"endpoint.disabled":`✕ aufgegeben`,"endpoint.off":`○ aus`},kt={unexplained:`Der Dienst hat es abgelehnt und nicht gesagt, warum.`,invalid_request:`Die Anfrage ist nicht gültig.`,invalid_json:`Die Anfrage ist nicht lesbar.`,selection_empty:`Keine Unterhaltung passt zu dieser Auswahl.`,filter_too_broad:`Ein leerer Filter träfe jede Unterhaltung. Nennen Sie mindestens eine Bedingung.`,batch_too_large:`Das sind mehr Unterhaltungen, als Ihre Rolle auf einmal anschreiben darf. Nichts wurde gesendet.`,conversation_not_found:`Manche der gewählten Unterhaltungen gibt es nicht mehr. Nichts wurde angelegt.`,message_empty:`Die Nachricht hat keinen Text.`,message_too_large:`Die Nachricht ist größer als 100 kB.`,invalid_template:`Mit einem eingefügten Wert im Text stimmt etwas nicht.`,unknown_merge_tag:`Der Text nennt einen Wert, den es nicht gibt.`,unknown_attachment:`Eine angehängte Datei gibt es nicht mehr. Hängen Sie sie noch einmal an.`,invalid_schedule:`Die Zeit liegt in der Vergangenheit oder widerspricht einer anderen.`,nothing_to_retry:`Nichts von dem, was gescheitert ist, lässt sich erneut versuchen.`,idempotency_key_reused:`Diese Anfrage wurde schon einmal anders gestellt. Versuchen Sie es erneut.`,idempotency_in_progress:`Dieselbe Anfrage läuft noch. Versuchen Sie es gleich noch einmal.`,unauthenticated:`Die Anmeldung fehlt oder gilt nicht mehr.`,forbidden:`Das erlaubt Ihre Rolle nicht, oder jemand anderes muss entscheiden.`,not_found:`Das gibt es nicht, oder nicht mehr.`,rate_limited:`Zu viele Anfragen. Warten Sie einen Moment.`,overloaded:`Der Dienst ist ausgelastet. Versuchen Sie es gleich noch einmal.`,invalid_state:`So, wie es gerade steht, geht das nicht. Vielleicht war jemand anderes schneller.`,recipient_count_mismatch:`Die Zahl der Empfänger ist inzwischen eine andere. Nichts wurde gesendet.`,nothing_to_send:`Niemand der Gewählten kann diese Nachricht bekommen.`,confirmation_expired:`Die Zeit zum Bestätigen ist vorbei. Prüfen Sie noch einmal.`,still_settling:`Ein Versuch kann noch unterwegs sein. Warten Sie, bevor Sie ihn als nicht gesendet markieren.`,account_in_use:`Dieses Konto wird noch gebraucht: zum Senden, oder von Unterhaltungen seines Kanals.`,contact_in_flight:`Eine Nachricht an diesen Kunden ist unterwegs. Versuchen Sie es in einer Minute noch einmal.`,body_too_large:`Das ist zu groß.`,body_too_slow:`Das Hochladen dauerte zu lange. Versuchen Sie es noch einmal.`,encoding_not_taken:`In dieser Kodierung nimmt der Dienst nichts an.`,method_not_allowed:`Das geht an dieser Adresse nicht.`,not_ready:`Der Dienst ist gerade nicht bereit. Versuchen Sie es gleich noch einmal.`,internal_error:`Im Dienst ist etwas schiefgegangen.`,missing:`Diese Angabe fehlt.`,empty:`Diese Angabe fehlt.`,too_many:`Das sind zu viele.`,wrong_type:`Dieser Wert hat nicht die richtige Form.`,string_too_short:`Das ist zu kurz.`,string_too_long:`Das ist zu lang.`,unstorable_text:`Der Text enthält Zeichen, die sich nicht speichern lassen.`,extra_forbidden:`Dieses Feld gibt es nicht.`,unknown_field:`Dieses Feld gibt es nicht.`,credentials_required:`Geben Sie die Zugangsdaten an.`,unknown_provider:`Diesen Anbieter gibt es nicht.`,unsupported_channel:`Der Anbieter bedient diesen Kanal nicht.`,in_the_future:`Diese Zeit liegt in der Zukunft.`,too_late:`So lange darf ein Schlüssel hier nicht gelten.`,not_uncertain:`Bei manchen ist inzwischen bekannt, was geschah. Nichts wurde geändert.`},At={hour:`2-digit`,minute:`2-digit`},jt={day:`numeric`,month:`short`,...At},Mt={dateStyle:`full`,timeStyle:`medium`},Nt=class{#e;#t;#n;#r;#i;constructor(e){this.asked=e,this.say=(e,t={})=>{let n=this.#t[e];return(typeof n==`string`?n:n[this.#i.select(Number(t.n))===`one`?`one`:`other`]).replace(/\{(\w+)\}/g,(e,n)=>this.#a(t[n]))},this.who=e=>[e?.name,e?.first_name,e?.email,e?.phone].find(Ft)??this.say(`unnamed`),this.number=e=>this.#r.format(e),this.channel=e=>zt(this.#n.channels,e),this.status=e=>zt(this.#n.statuses,e),this.batchStatus=e=>zt(this.#n.batch_statuses,e),this.reason=e=>zt(this.#n.reasons,e),this.warning=e=>zt(this.#n.preflight_warnings,e),this.field=e=>zt(this.#n.fields,e),this.tag=e=>zt(this.#n.tags,e),this.problem=({code:e,detail:t,faults:n})=>[{code:e,detail:t},...n].map(e=>this.fault(e)).join(` `),this.fault=({code:e,detail:t})=>this.#n.problems[e]??t,this.pause=e=>this.#n.codes[`pause.${e}`]??e,this.named=(e,t)=>this.#n.codes[`${e}.${t}`]??(e===`channel`?this.channel(t):t.replaceAll(`_`,` `)),this.time=e=>{let t=new Date(e),n=t.toDateString()===(/* @__PURE__ */ new Date()).toDateString();return t.toLocaleString(this.#e,n?At:jt)},this.exact=e=>new Date(e).toLocaleString(this.#e,Mt),this.ago=e=>{let t=(new Date(e).getTime()-Date.now())/1e3,n=new Intl.RelativeTimeFormat(this.#e,{numeric:`auto`});for(let[e,r]of Rt)if(Math.abs(t)>=r)return n.format(Math.trunc(t/r),e);return n.format(0,`second`)},this.#a=e=>typeof e==`number`?this.number(e):It(e??``);let t=Pt(e);this.#e=t.toString(),this.lang=t.language,this.#n=this.lang===`de`?yt:lt,this.#t=this.#n.sentences,this.#r=new Intl.NumberFormat(this.#e),this.#i=new Intl.PluralRules(this.#e)}#a};function Pt(e){try{let t=new Intl.Locale(e.replace(/[.@].*$/,``).replaceAll(`_`,`-`));if(t.language===`de`||t.language===`en`)return t}catch{}return new Intl.Locale(`en`)}var Ft=e=>/[^\s\p{Cc}\p{Cf}]/u.test(e??``),It=e=>Lt.test(e)?`\u2068${e}\u2069`:e,Lt=/[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u,Rt=[[`year`,31536e3],[`month`,2592e3],[`day`,86400],[`hour`,3600],[`minute`,60]],zt=(e,t)=>e[t]??t.replaceAll(`_`,` `),Bt=e=>e.closest(`[lang]`)?.lang||document.documentElement.lang||navigator.language||`en`;function Vt(e,t){let n=/(^|[\s([{"'“‘«])\/([A-Za-z0-9][\w-]*)?$/.exec(e.slice(0,t));return n&&{start:n.index+n[1].length,name:n[2]??``}}var Ht=(e,t)=>t.trim()?`{{ ${e} | default: ${Ut(t.trim())} }}`:`{{ ${e} }}`,Ut=e=>e.includes(`'`)?`"${e.replaceAll(`"`,`”`)}"`:`'${e}'`;function Wt(e,t){this.v=e,this.k=t}function Gt(e,t){(t==null||t>e.length)&&(t=e.length);for(var n=0,r=Array(t);n<t;n++)r[n]=e[n];return r}function Kt(e){if(Array.isArray(e))return e}function qt(e,t){var n=e==null?null:typeof Symbol<`u`&&e[Symbol.iterator]||e[`@@iterator`];if(n!=null){var r,i,a,o,s=[],c=!0,l=!1;try{if(a=(n=n.call(e)).next,t===0){if(Object(n)!==n)return;c=!1}else for(;!(c=(r=a.call(n)).done)&&(s.push(r.value),s.length!==t);c=!0);}catch(e){l=!0,i=e}finally{try{if(!c&&n.return!=null&&(o=n.return(),Object(o)!==o))return}finally{if(l)throw i}}return s}}function Jt(){throw TypeError(`Invalid attempt to destructure non-iterable instance.
In order to be iterable, non-array objects must have a [Symbol.iterator]() method.`)}function Yt(e,t){return Kt(e)||qt(e,t)||Xt(e,t)||Jt()}function Xt(e,t){if(e){if(typeof e==`string`)return Gt(e,t);var n={}.toString.call(e).slice(8,-1);return n===`Object`&&e.constructor&&(n=e.constructor.name),n===`Map`||n===`Set`?Array.from(e):n===`Arguments`||/^(?:Ui|I)nt(?:8|16|32)(?:Clamped)?Array$/.test(n)?Gt(e,t):void 0}}function V(e){var t,n;function r(t,n){try{var a=e[t](n),o=a.value,s=o instanceof Wt;Promise.resolve(s?o.v:o).then(function(n){if(s){var c=t===`return`&&o.k?t:`next`;if(!o.k||n.done)return r(c,n);n=e[c](n).value}i(!!a.done,n)},function(e){r(`throw`,e)})}catch(e){i(2,e)}}function i(e,i){e===2?t.reject(i):t.resolve({value:i,done:e}),(t=t.next)?r(t.key,t.arg):n=null}this._invoke=function(e,i){return new Promise(function(a,o){var s={key:e,arg:i,resolve:a,reject:o,next:null};n?n=n.next=s:(t=n=s,r(e,i))})},typeof e.return!=`function`&&(this.return=void 0)}V.prototype[typeof Symbol==`function`&&Symbol.asyncIterator||`@@asyncIterator`]=function(){return this},V.prototype.next=function(e){return this._invoke(`next`,e)},V.prototype.throw=function(e){return this._invoke(`throw`,e)},V.prototype.return=function(e){return this._invoke(`return`,e)};var Zt=Object.entries,Qt=Object.keys,$t=Object.setPrototypeOf,en=Object.isFrozen,tn=Object.getPrototypeOf,nn=Object.getOwnPropertyDescriptor,H=Object.freeze,U=Object.seal,rn=Object.create,an=typeof Reflect<`u`&&Reflect,on=an.apply,sn=an.construct;H||=function(e){return e},U||=function(e){return e},on||=function(e,t){var n=[...arguments].slice(2);return e.apply(t,n)},sn||=function(e){return new e(...[...arguments].slice(1))};var W=J(Array.prototype.forEach),cn=J(Array.prototype.lastIndexOf),ln=J(Array.prototype.pop),un=J(Array.prototype.push),dn=J(Array.prototype.slice),fn=J(Array.prototype.splice),pn=Array.isArray,mn=Nn(Set),hn=J(Set.prototype.add),gn=J(Set.prototype.has),_n=J(Set.prototype.delete),vn=Nn(Map),yn=J(Map.prototype.get),bn=J(Map.prototype.set),xn=J(String.prototype.toLowerCase),Sn=J(String.prototype.toString),Cn=J(String.prototype.match),wn=J(String.prototype.replace),Tn=J(String.prototype.indexOf),En=J(String.prototype.trim),Dn=J(Number.prototype.toString),On=J(Boolean.prototype.toString),kn=typeof BigInt>`u`?null:J(BigInt.prototype.toString),An=typeof Symbol>`u`?null:J(Symbol.prototype.toString),G=J(Object.prototype.hasOwnProperty),jn=J(Object.prototype.toString),Mn=RegExp.prototype.test,K=function(e,t){return e instanceof RegExp&&(e.lastIndex=0),on(Mn,e,[t])},q=Nn(TypeError);function J(e){return function(t){var n=[...arguments].slice(1);return on(e,t,n)}}function Nn(e){return function(){return sn(e,[...arguments])}}function Y(e,t){let n=arguments.length>2&&arguments[2]!==void 0?arguments[2]:xn;if($t&&$t(e,null),!pn(t))return e;let r=t.length;for(;r--;){let i=t[r];if(typeof i==`string`){let e=n(i);e!==i&&(en(t)||(t[r]=e),i=e)}e[i]=!0}return e}function Pn(e){for(let t=0;t<e.length;t++)G(e,t)||(e[t]=null);return e}function Fn(e){let t=rn(null);for(let r of Zt(e)){var n=Yt(r,2);let i=n[0],a=n[1];G(e,i)&&(t[i]=pn(a)?Pn(a):a&&typeof a==`object`&&a.constructor===Object?Fn(a):a)}return t}function In(e){let t=rn(null),n=Qt(e),r=n.length;for(;r--;)t[n[r]]=e[n[r]];return t}function Ln(e){switch(typeof e){case`string`:return e;case`number`:return Dn(e);case`boolean`:return On(e);case`bigint`:return kn?kn(e):`0`;case`symbol`:return An?An(e):`Symbol()`;case`undefined`:return jn(e);case`function`:case`object`:{if(e===null)return jn(e);let t=e,n=X(t,`toString`);if(typeof n==`function`){let e=n(t);return typeof e==`string`?e:jn(e)}return jn(e)}default:return jn(e)}}function X(e,t){for(;e!==null;){let n=nn(e,t);if(n){if(n.get)return J(n.get);if(typeof n.value==`function`)return J(n.value)}e=tn(e)}function n(){return null}return n}function Rn(e,t){for(;e!==null;){let n=nn(e,t);if(n)return n.get?J(n.get):null;e=tn(e)}return null}function zn(e){if(!e)return!1;try{return K(e,``),!0}catch{return!1}}var Bn=H(/* @__PURE__ */ `a.abbr.acronym.address.area.article.aside.audio.b.bdi.bdo.big.blink.blockquote.body.br.button.canvas.caption.center.cite.code.col.colgroup.content.data.datalist.dd.decorator.del.details.dfn.dialog.dir.div.dl.dt.element.em.fieldset.figcaption.figure.font.footer.form.h1.h2.h3.h4.h5.h6.head.header.hgroup.hr.html.i.img.input.ins.kbd.label.legend.li.main.map.mark.marquee.menu.menuitem.meter.nav.nobr.ol.optgroup.option.output.p.picture.pre.progress.q.rp.rt.ruby.s.samp.search.section.select.shadow.slot.small.source.spacer.span.strike.strong.style.sub.summary.sup.table.tbody.td.template.textarea.tfoot.th.thead.time.tr.track.tt.u.ul.var.video.wbr`.split(`.`)),Vn=H(/* @__PURE__ */ `svg.a.altglyph.altglyphdef.altglyphitem.animatecolor.animatemotion.animatetransform.circle.clippath.defs.desc.ellipse.filter.font.g.glyph.glyphref.hkern.image.line.lineargradient.marker.mask.metadata.mpath.path.pattern.polygon.polyline.radialgradient.rect.stop.style.switch.symbol.text.textpath.title.tref.tspan.view.vkern`.split(`.`)),Hn=H([`feBlend`,`feColorMatrix`,`feComponentTransfer`,`feComposite`,`feConvolveMatrix`,`feDiffuseLighting`,`feDisplacementMap`,`feDistantLight`,`feDropShadow`,`feFlood`,`feFuncA`,`feFuncB`,`feFuncG`,`feFuncR`,`feGaussianBlur`,`feImage`,`feMerge`,`feMergeNode`,`feMorphology`,`feOffset`,`fePointLight`,`feSpecularLighting`,`feSpotLight`,`feTile`,`feTurbulence`]),Un=H([`animate`,`color-profile`,`cursor`,`discard`,`font-face`,`font-face-format`,`font-face-name`,`font-face-src`,`font-face-uri`,`foreignobject`,`hatch`,`hatchpath`,`mesh`,`meshgradient`,`meshpatch`,`meshrow`,`missing-glyph`,`script`,`set`,`solidcolor`,`unknown`,`use`]),Wn=H(/* @__PURE__ */ `math.menclose.merror.mfenced.mfrac.mglyph.mi.mlabeledtr.mmultiscripts.mn.mo.mover.mpadded.mphantom.mroot.mrow.ms.mspace.msqrt.mstyle.msub.msup.msubsup.mtable.mtd.mtext.mtr.munder.munderover.mprescripts`.split(`.`)),Gn=H([`maction`,`maligngroup`,`malignmark`,`mlongdiv`,`mscarries`,`mscarry`,`msgroup`,`mstack`,`msline`,`msrow`,`semantics`,`annotation`,`annotation-xml`,`mprescripts`,`none`]),Kn=H([`#text`]),qn=H(/* @__PURE__ */ `accept.action.align.alt.autocapitalize.autocomplete.autopictureinpicture.autoplay.background.bgcolor.border.capture.cellpadding.cellspacing.checked.cite.class.clear.color.cols.colspan.command.commandfor.controls.controlslist.coords.crossorigin.datetime.decoding.default.dir.disabled.disablepictureinpicture.disableremoteplayback.download.draggable.enctype.enterkeyhint.exportparts.face.for.headers.height.hidden.high.href.hreflang.id.inert.inputmode.integrity.ismap.kind.label.lang.list.loading.loop.low.max.maxlength.media.method.min.minlength.multiple.muted.name.nonce.noshade.novalidate.nowrap.open.optimum.part.pattern.placeholder.playsinline.popover.popovertarget.popovertargetaction.poster.preload.pubdate.radiogroup.readonly.rel.required.rev.reversed.role.rows.rowspan.spellcheck.scope.selected.shape.size.sizes.slot.span.srclang.start.src.srcset.step.style.summary.tabindex.title.translate.type.usemap.valign.value.width.wrap.xmlns`.split(`.`)),Jn=H(/* @__PURE__ */ `accent-height.accumulate.additive.alignment-baseline.amplitude.ascent.attributename.attributetype.azimuth.basefrequency.baseline-shift.begin.bias.by.class.clip.clippathunits.clip-path.clip-rule.color.color-interpolation.color-interpolation-filters.color-profile.color-rendering.cx.cy.d.dx.dy.diffuseconstant.direction.display.divisor.dominant-baseline.dur.edgemode.elevation.end.exponent.fill.fill-opacity.fill-rule.filter.filterunits.flood-color.flood-opacity.font-family.font-size.font-size-adjust.font-stretch.font-style.font-variant.font-weight.fx.fy.g1.g2.glyph-name.glyphref.gradientunits.gradienttransform.height.href.id.image-rendering.in.in2.intercept.k.k1.k2.k3.k4.kerning.keypoints.keysplines.keytimes.lang.lengthadjust.letter-spacing.kernelmatrix.kernelunitlength.lighting-color.local.marker-end.marker-mid.marker-start.markerheight.markerunits.markerwidth.maskcontentunits.maskunits.max.mask.mask-type.media.method.mode.min.name.numoctaves.offset.operator.opacity.order.orient.orientation.origin.overflow.paint-order.path.pathlength.patterncontentunits.patterntransform.patternunits.pointer-events.points.preservealpha.preserveaspectratio.primitiveunits.r.rx.ry.radius.refx.refy.repeatcount.repeatdur.restart.result.rotate.scale.seed.shape-rendering.slope.specularconstant.specularexponent.spreadmethod.startoffset.stddeviation.stitchtiles.stop-color.stop-opacity.stroke-dasharray.stroke-dashoffset.stroke-linecap.stroke-linejoin.stroke-miterlimit.stroke-opacity.stroke.stroke-width.style.surfacescale.systemlanguage.tabindex.tablevalues.targetx.targety.transform.transform-origin.text-anchor.text-decoration.text-orientation.text-rendering.textlength.type.u1.u2.unicode.values.vector-effect.viewbox.visibility.version.vert-adv-y.vert-origin-x.vert-origin-y.width.word-spacing.wrap.writing-mode.xchannelselector.ychannelselector.x.x1.x2.xmlns.y.y1.y2.z.zoomandpan`.split(`.`)),Yn=H(/* @__PURE__ */ `accent.accentunder.align.bevelled.close.columnalign.columnlines.columnspacing.columnspan.denomalign.depth.dir.display.displaystyle.encoding.fence.frame.height.href.id.largeop.length.linethickness.lquote.lspace.mathbackground.mathcolor.mathsize.mathvariant.maxsize.minsize.movablelimits.notation.numalign.open.rowalign.rowlines.rowspacing.rowspan.rspace.rquote.scriptlevel.scriptminsize.scriptsizemultiplier.selection.separator.separators.stretchy.subscriptshift.supscriptshift.symmetric.voffset.width.xmlns`.split(`.`)),Xn=H([`xlink:href`,`xml:id`,`xlink:title`,`xml:space`,`xmlns:xlink`]),Zn=U(/{{[\w\W]*|^[\w\W]*}}/g),Qn=U(/<%[\w\W]*|^[\w\W]*%>/g),$n=U(/\${[\w\W]*/g),er=U(/{{|}}|\${|<%|%>/),tr=U(/[^\t\n\f\r ]/),nr=U(/\u0000/g),rr=U(/^data-[\-\w.\u00B7-\uFFFF]+$/),ir=U(/^aria-[\-\w]+$/),ar=U(/^(?:(?:(?:f|ht)tps?|mailto|tel|callto|sms|cid|xmpp|matrix):|[^a-z]|[a-z+.\-]+(?:[^a-z+.\-:]|$))/i),or=U(/^(?:\w+script|data):/i),sr=U(/[\u0000-\u0020\u00A0\u1680\u180E\u2000-\u2029\u205F\u3000]/g),cr=U(/^html$/i),lr=U(/^[a-z][.\w]*(-[.\w]+)+$/i),ur=U(/<[/\w!]/g),dr=U(/<[/\w]/g),fr=U(/<[/\w]|^-?>|--!?>|<!-$/g),pr=U(/<\/no(script|embed|frames)/i),mr=U(/\/>/i),hr=U(/((--!?|])>)|<\/(style|script|title|xmp|textarea|noscript|iframe|noembed|noframes)/i),gr=U(/^[\r\n\t ]+/),Z={element:1,text:3,processingInstruction:7,comment:8,document:9,documentFragment:11},_r=H(Y({},[`style`,`script`,`xmp`,`iframe`,`noembed`,`noframes`,`plaintext`,`noscript`])),vr=H(Y({},[`textarea`,`title`])),yr=H(Y({},[`area`,`base`,`basefont`,`bgsound`,`br`,`col`,`embed`,`frame`,`hr`,`img`,`input`,`keygen`,`link`,`meta`,`param`,`source`,`track`,`wbr`])),br=function(){return typeof window>`u`?null:window},xr=function(e,t){if(typeof e!=`object`||typeof e.createPolicy!=`function`)return null;let n=null,r=`data-tt-policy-suffix`;t&&t.hasAttribute(r)&&(n=t.getAttribute(r));let i=`dompurify`+(n?`#`+n:``);try{return e.createPolicy(i,{createHTML(e){return e},createScriptURL(e){return e}})}catch{return console.warn(`TrustedTypes policy `+i+` could not be created.`),null}},Sr=function(){return{afterSanitizeAttributes:[],afterSanitizeElements:[],afterSanitizeShadowDOM:[],beforeSanitizeAttributes:[],beforeSanitizeElements:[],beforeSanitizeShadowDOM:[],uponSanitizeAttribute:[],uponSanitizeElement:[],uponSanitizeShadowNode:[]}},Cr=function(e,t,n,r){return G(e,t)&&pn(e[t])?Y(r.base?In(r.base):{},e[t],r.transform):n},wr=function(e,t,n){let r=G(e,t)?e[t]:void 0;return r&&typeof r==`object`?Fn(r):n};function Tr(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:br(),t=e=>Tr(e);if(t.version=`3.5.0`,t.removed=[],!e||!e.document||e.document.nodeType!==Z.document||!e.Element)return t.isSupported=!1,t;let n=e.document,r=n,i=r.currentScript,a=e.HTMLTemplateElement,o=e.Node,s=e.Element,c=e.NodeFilter,l=e.DOMParser,u=e.trustedTypes,d=s.prototype,f=X(d,`cloneNode`),ee=X(d,`remove`),te=X(d,`removeChild`),ne=X(d,`removeAttributeNode`),re=X(d,`nextSibling`),p=X(d,`childNodes`),m=X(d,`parentNode`),ie=X(d,`shadowRoot`),ae=X(d,`attributes`),h=o&&o.prototype?X(o.prototype,`nodeType`):null,oe=o&&o.prototype?X(o.prototype,`nodeName`):null,se=o&&o.prototype?X(o.prototype,`ownerDocument`):null,g=function(e){return h?h(e):e.nodeType},_=function(e){return oe?oe(e):e.nodeName},ce=Rn(d,`namespaceURI`),le=function(e){return ce?ce(e):e.namespaceURI},ue=function(e){return g(e)===Z.element?ae(e):null};if(typeof a==`function`){let e=n.createElement(`template`);e.content&&e.content.ownerDocument&&(n=e.content.ownerDocument)}let v,y=``,b,de=!1,fe=0,pe=function(){if(fe>0)throw q(`A configured TRUSTED_TYPES_POLICY callback (createHTML or createScriptURL) must not call DOMPurify.sanitize, as that causes infinite recursion. Do not pass a policy whose callbacks wrap DOMPurify as TRUSTED_TYPES_POLICY; see the "DOMPurify and Trusted Types" section of the README.`)},x=function(e){pe(),fe++;try{return v.createHTML(e)}finally{fe--}},me=function(e){return v&&Be?x(e):e},he=function(e){pe(),fe++;try{return v.createScriptURL(e)}finally{fe--}},ge=function(){return de||=(b=xr(u,i),!0),b},_e=n,ve=_e.implementation,ye=_e.createNodeIterator,be=_e.createDocumentFragment,xe=_e.getElementsByTagName,Se=r.importNode,S=Sr();t.isSupported=typeof Zt==`function`&&typeof m==`function`&&ve&&ve.createHTMLDocument!==void 0;let Ce=Zn,we=Qn,C=$n,Te=rr,Ee=ir,w=or,De=sr,Oe=lr,ke=ar,T=null,Ae=Y({},[...Bn,...Vn,...Hn,...Wn,...Kn]),E=null,je=Y({},[...qn,...Jn,...Yn,...Xn]),D=null,O=null,Me=null,k=Object.seal(rn(null,{tagCheck:{writable:!0,configurable:!1,enumerable:!0,value:null},attributeCheck:{writable:!0,configurable:!1,enumerable:!0,value:null}})),Ne=!0,Pe=!0,Fe=!1,Ie=!0,A=!1,j=!0,M=!1,Le=!1,N=null,Re=null,ze=!1,P=!1,F=!1,Be=!1,Ve=!0,I=!1,He=`user-content-`,L=!0,Ue=!1,R=null,We=null,Ge=!1,Ke=null,qe=Y({},/* @__PURE__ */ `annotation-xml.audio.colgroup.desc.foreignobject.head.iframe.math.mi.mn.mo.ms.mtext.noembed.noframes.noscript.plaintext.script.selectedcontent.style.svg.template.thead.title.video.xmp`.split(`.`)),Je=null,Ye=Y({},[`audio`,`video`,`img`,`source`,`image`,`track`]),Xe=null,Ze=Y({},[`alt`,`class`,`for`,`id`,`label`,`name`,`pattern`,`placeholder`,`role`,`summary`,`title`,`value`,`style`,`xmlns`]),Qe=`http://www.w3.org/1998/Math/MathML`,$e=`http://www.w3.org/2000/svg`,z=`http://www.w3.org/1999/xhtml`,et=z,tt=!1,nt=null,rt=Y({},[Qe,$e,z],Sn),it=H(Y({},[`mi`,`mo`,`mn`,`ms`,`mtext`])),at=null,ot=H(Y({},[`annotation-xml`])),st=null,ct=H(rn(null)),lt=Y({},[`title`,`style`,`font`,`a`,`script`]),ut=null,dt=[`application/xhtml+xml`,`text/html`],B=null,ft=null,pt=null,mt=n.createElement(`form`),ht=function(e){return e instanceof RegExp||e instanceof Function},gt=function(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{};e&&typeof e==`object`||(e={}),e=Fn(e),ut=dt.indexOf(e.PARSER_MEDIA_TYPE)===-1?`text/html`:e.PARSER_MEDIA_TYPE,B=ut===`application/xhtml+xml`?Sn:xn,T=Cr(e,`ALLOWED_TAGS`,Ae,{transform:B}),E=Cr(e,`ALLOWED_ATTR`,je,{transform:B}),nt=Cr(e,`ALLOWED_NAMESPACES`,rt,{transform:Sn}),Xe=Cr(e,`ADD_URI_SAFE_ATTR`,Ze,{transform:B,base:Ze}),Je=Cr(e,`ADD_DATA_URI_TAGS`,Ye,{transform:B,base:Ye}),Ke=Cr(e,`FORBID_CONTENTS`,qe,{transform:B}),O=Cr(e,`FORBID_TAGS`,rn(null),{transform:B}),Me=Cr(e,`FORBID_ATTR`,rn(null),{transform:B}),Ge=G(e,`USE_PROFILES`)?e.USE_PROFILES&&typeof e.USE_PROFILES==`object`?Fn(e.USE_PROFILES):e.USE_PROFILES:!1,Ne=e.ALLOW_ARIA_ATTR!==!1,Pe=e.ALLOW_DATA_ATTR!==!1,Fe=e.ALLOW_UNKNOWN_PROTOCOLS||!1,Ie=e.ALLOW_SELF_CLOSE_IN_ATTR!==!1,A=e.SAFE_FOR_TEMPLATES||!1,j=e.SAFE_FOR_XML!==!1,M=e.WHOLE_DOCUMENT||!1,P=e.RETURN_DOM||!1,F=e.RETURN_DOM_FRAGMENT||!1,Be=e.RETURN_TRUSTED_TYPE||!1,ze=e.FORCE_BODY||!1,Ve=e.SANITIZE_DOM!==!1,I=e.SANITIZE_NAMED_PROPS||!1,L=e.KEEP_CONTENT!==!1,Ue=e.IN_PLACE||!1,ke=zn(e.ALLOWED_URI_REGEXP)?e.ALLOWED_URI_REGEXP:ar,et=typeof e.NAMESPACE==`string`?e.NAMESPACE:z,at=wr(e,`MATHML_TEXT_INTEGRATION_POINTS`,it),st=wr(e,`HTML_INTEGRATION_POINTS`,ot);let t=wr(e,`CUSTOM_ELEMENT_HANDLING`,ct);if(D=rn(null),G(t,`tagNameCheck`)&&ht(t.tagNameCheck)&&(D.tagNameCheck=t.tagNameCheck),G(t,`attributeNameCheck`)&&ht(t.attributeNameCheck)&&(D.attributeNameCheck=t.attributeNameCheck),G(t,`allowCustomizedBuiltInElements`)&&typeof t.allowCustomizedBuiltInElements==`boolean`&&(D.allowCustomizedBuiltInElements=t.allowCustomizedBuiltInElements),U(D),A&&(Pe=!1),F&&(P=!0),Ge&&((G(e,`ALLOWED_TAGS`)||G(e,`ALLOWED_ATTR`))&&typeof console<`u`&&typeof console.warn==`function`&&console.warn(`DOMPurify: USE_PROFILES overrides ALLOWED_TAGS and ALLOWED_ATTR. Do not use these options together.`),T=Y({},Kn),E=rn(null),Ge.html===!0&&(Y(T,Bn),Y(E,qn)),Ge.svg===!0&&(Y(T,Vn),Y(E,Jn),Y(E,Xn)),Ge.svgFilters===!0&&(Y(T,Hn),Y(E,Jn),Y(E,Xn)),Ge.mathMl===!0&&(Y(T,Wn),Y(E,Yn),Y(E,Xn))),k.tagCheck=null,k.attributeCheck=null,G(e,`ADD_TAGS`)&&(typeof e.ADD_TAGS==`function`?k.tagCheck=e.ADD_TAGS:pn(e.ADD_TAGS)&&(T===Ae&&(T=In(T)),Y(T,e.ADD_TAGS,B))),G(e,`ADD_ATTR`)&&(typeof e.ADD_ATTR==`function`?k.attributeCheck=e.ADD_ATTR:pn(e.ADD_ATTR)&&(E===je&&(E=In(E)),Y(E,e.ADD_ATTR,B))),G(e,`ADD_FORBID_CONTENTS`)&&pn(e.ADD_FORBID_CONTENTS)&&(Ke===qe&&(Ke=In(Ke)),Y(Ke,e.ADD_FORBID_CONTENTS,B)),L&&(T[`#text`]=!0),M&&Y(T,[`html`,`head`,`body`]),T.table&&(T.tbody=!0,delete O.tbody),e.TRUSTED_TYPES_POLICY){if(typeof e.TRUSTED_TYPES_POLICY.createHTML!=`function`)throw q(`TRUSTED_TYPES_POLICY configuration option must provide a "createHTML" hook.`);if(typeof e.TRUSTED_TYPES_POLICY.createScriptURL!=`function`)throw q(`TRUSTED_TYPES_POLICY configuration option must provide a "createScriptURL" hook.`);let t=v;v=e.TRUSTED_TYPES_POLICY;try{y=x(``)}catch(e){throw v=t,e}}else e.TRUSTED_TYPES_POLICY===null?(v=void 0,y=``):(v===void 0&&(v=ge()),v&&typeof y==`string`&&(y=x(``)));ft=H(e)},_t=Y({},[...Vn,...Hn,...Un]),vt=Y({},[...Wn,...Gn]),yt=function(e,t,n){return t===z?e===`svg`:t===Qe?e===`svg`&&(n===`annotation-xml`||at[n]):!!_t[e]},bt=function(e,t,n){return t===z?e===`math`:t===$e?e===`math`&&st[n]:!!vt[e]},xt=function(e,t,n){return t===$e&&!st[n]||t===Qe&&!at[n]?!1:!vt[e]&&(lt[e]||!_t[e])},St=function(e){let t=le(e),n=xn(_(e)),r=m(e),i=et,a=`template`;return r&&g(r)===Z.element&&(i=le(r),a=xn(_(r))),nt[t]?t===$e?yt(n,i,a):t===Qe?bt(n,i,a):t===z?xt(n,i,a):ut===`application/xhtml+xml`:!1},Ct=function(e){un(t.removed,{element:e}),Lt(e);try{m(e).removeChild(e)}catch{if(ee(e),!m(e))throw q(`a node selected for removal could not be detached from its tree and cannot be safely returned; refusing to sanitize in place`)}},wt=function(e,t,n){try{ne(e,t)}catch{try{e.removeAttribute(n)}catch{}}},Tt=function(e){kt(e);let t=p(e);t&&W(dn(t),t=>{try{te(e,t)}catch{}}),g(e)===Z.element&&Dt(e,!1)},Et=function(e,n,r){if(!r)try{r=n.getAttributeNode(e)}catch{r=null}if(un(t.removed,{attribute:r||null,from:n}),r)wt(n,r,e);else try{n.removeAttribute(e)}catch{}if(e===`is`){if(P||F)try{Ct(n)}catch{}else try{n.setAttribute(e,``)}catch{}}},Dt=function(e,t){let n=ae(e);if(n)for(let r=n.length-1;r>=0;--r){let i=n[r],a=i&&i.name;typeof a==`string`&&!(t&&E[B(a)])&&wt(e,i,a)}},Ot=function(e,t){let n=arguments.length>2&&arguments[2]!==void 0&&arguments[2],r=[e];for(;r.length>0;){let e=r.pop();if(t(e)===!1)continue;if(n&&g(e)===Z.element){let t=ie(e);Yt(t)&&r.push(t)}let i=p(e);if(i)for(let e=i.length-1;e>=0;--e)r.push(i[e])}},kt=function(e){Ot(e,e=>{g(e)===Z.element&&Dt(e,!0)})},At=function(e){let t=[];return Ot(e,e=>{t.push(e)},!0),t},jt=function(e,t){let n=mn();W(At(e),e=>{g(e)===Z.element&&hn(n,e)}),W(t,e=>{g(e)===Z.element&&!gn(n,e)&&Dt(e,!0)})},Mt=function(e,n){let r=!1;return W(t.removed,t=>{t.element&&(r||=t.element===e,kt(t.element))}),jt(e,n),r},Nt=function(e,t){Tt(e),Mt(e,t)},Pt=function(e,t){let n=R,r=null,i=()=>(r||(r=mn(),W(t,e=>{hn(r,e)})),r);for(let t=0;;t++){let r=At(e),a=[e],o=!1;if(W(r,e=>{g(e)===Z.documentFragment?un(a,e):!o&&!gn(n,e)&&(o=gn(i(),e))}),!o)return;if(t>=8)throw q(`the tree kept changing during in-place sanitization; refusing to return it`);W(a,(t,n)=>{Ft(t,n>0,e,i())})}},Ft=function(e,t,n,r){let i=Vt(e),a;for(;a=i.nextNode();)gn(r,a)&&!gn(R,a)&&(t&&V(S.uponSanitizeShadowNode,a,null),J(a,n))},It=function(e){if(!R)return;hn(R,e);let t=yn(We,e);if(t!==void 0){if(t>=8)throw q(`the tree kept changing during in-place sanitization; refusing to return it`);bn(We,e,t+1)}},Lt=function(e){R&&(_n(R,e),yn(We,e)===void 0&&bn(We,e,0))},Rt=function(e,t){return j?e===`patchsrc`||e===`for`&&t!==`label`&&t!==`output`:!1},zt=function(e){j&&Ot(e,e=>{let t=g(e);if(t===Z.processingInstruction||t===Z.comment&&K(dr,e.data)){try{ee(e)}catch{}return!1}if(t===Z.element){let t=e,n=B(_(e));try{t.hasAttribute&&t.hasAttribute(`patchsrc`)&&t.removeAttribute(`patchsrc`),t.hasAttribute&&t.hasAttribute(`for`)&&Rt(`for`,n)&&t.removeAttribute(`for`)}catch{}}return!0})},Bt=function(e){let t=null,r=null;if(ze)e=`<remove></remove>`+e;else{let t=Cn(e,gr);r=t&&t[0]}ut===`application/xhtml+xml`&&et===z&&(e=`<html xmlns="http://www.w3.org/1999/xhtml"><head></head><body>`+e+`</body></html>`);let i=v?x(e):e;if(et===z)try{t=new l().parseFromString(i,ut)}catch{}if(!t||!t.documentElement){t=ve.createDocument(et,`template`,null);try{t.documentElement.innerHTML=tt?y:i}catch{}}let a=t.body||t.documentElement;return e&&r&&a.insertBefore(n.createTextNode(r),a.childNodes[0]||null),et===z?xe.call(t,M?`html`:`body`)[0]:M?t.documentElement:a},Vt=function(e){let t=arguments.length>1&&arguments[1]!==void 0&&arguments[1],n=se?se(e):e.ownerDocument;return ye.call(n||e,e,(t?0:c.SHOW_ELEMENT)|c.SHOW_COMMENT|c.SHOW_TEXT|c.SHOW_PROCESSING_INSTRUCTION|c.SHOW_CDATA_SECTION,null)},Ht=function(e){return e=wn(e,Ce,` `),e=wn(e,we,` `),e=wn(e,C,` `),e},Ut=function(e){Kt(e);let t=e.querySelectorAll?.call(e,`template`);t&&W(t,e=>{Yt(e.content)&&Ut(e.content)})},Wt=Y({},[`caption`,`colgroup`,`col`,`thead`,`tbody`,`tfoot`,`tr`,`td`,`th`,`style`,`script`,`template`]),Gt=function(e){if(ut===`application/xhtml+xml`)return;let t=e.querySelectorAll?.call(e,`table,tbody,thead,tfoot,tr,colgroup`);t&&t.length!==0&&W(t,t=>{W(dn(p(t)),n=>{let r=g(n);if(!(r===Z.text?K(tr,n.data):r===Z.element&&!Wt[xn(_(n))]))return;let i=t;for(;i&&xn(_(i))!==`table`;)i=i===e?null:m(i);let a=i&&i!==e?m(i):null;if(a)try{a.insertBefore(n,i)}catch{}})})},Kt=function(e){Gt(e),e.normalize();let t=Vt(e,!0),n=null,r=t.nextNode();for(;r;){let e=r.data;if(K(nr,e)&&(e=wn(e,nr,``),r.data=e),K(er,e)&&(e=Ht(e),r.data=e),e&&g(r)===Z.text){if(n){let t=n.data;K(er,t[t.length-1]+e[0])&&(n.data=Ht(t+e[0]))}n=r}r=t.nextNode()}},qt=function(e){let t=oe?oe(e):null;return typeof t!=`string`||B(t)!==`form`?!1:typeof e.nodeName!=`string`||typeof e.textContent!=`string`||typeof e.removeChild!=`function`||e.attributes!==ae(e)||typeof e.removeAttribute!=`function`||typeof e.removeAttributeNode!=`function`||typeof e.getAttributeNode!=`function`||typeof e.setAttribute!=`function`||typeof e.namespaceURI!=`string`||typeof e.insertBefore!=`function`||typeof e.hasChildNodes!=`function`||e.nodeType!==h(e)||e.childNodes!==p(e)},Jt=function(e){if(!h||typeof e!=`object`||!e)return null;try{let t=h(e);return typeof t==`number`?t:null}catch{return null}},Yt=function(e){return Jt(e)===Z.documentFragment},Xt=function(e){return Jt(e)!==null};function V(e,n,r){e.length!==0&&W(e,e=>{e.call(t,n,r,ft)})}let Qt=function(e,t){let n=!!yr[t],r=!!_r[t];return!n&&!r&&!vr[t]||le(e)!==z?!1:n?e.hasChildNodes():Xt(e.firstElementChild)?!0:r&&typeof e.textContent==`string`&&K(ur,e.textContent)},$t=function(e,t,n){return!!(j&&n===Z.element&&e.hasChildNodes()&&!Xt(e.firstElementChild)&&K(ur,e.textContent)&&K(ur,e.innerHTML)||j&&n===Z.element&&Qt(e,t)||n===Z.processingInstruction||j&&n===Z.comment&&K(fr,e.data))},en=function(e,t){return e instanceof RegExp?K(e,t):e instanceof Function&&!!e(t,...[...arguments].slice(2))},tn=function(e,t,n){if(!O[t]&&On(t)&&en(D.tagNameCheck,t))return!1;if(L&&!Ke[t]&&!Ke[xn(t)]){let t=m(e),r=p(e);if(r&&t){let i=r.length;for(let a=i-1;a>=0;--a){let i=e===n?f(r[a],!0):r[a];t.insertBefore(i,re(e))}}}return Ct(e),!0},nn=function(e,t,n,r){return e.length===0?t:t===n||t===r?In(t):t},an=function(e,t){return e===t||m(e)!==null?!1:(Ue&&kt(e),Lt(e),!0)},on=function(e,n){if(It(e),V(S.beforeSanitizeElements,e,null),an(e,n))return!0;if(qt(e))return Ct(e),!0;let r=B(_(e)),i=g(e);if(T=nn(S.uponSanitizeElement,T,Ae,N),V(S.uponSanitizeElement,e,{tagName:r,allowedTags:T}),an(e,n))return!0;if($t(e,r,i))return Ct(e),!0;if((O[r]||!(k.tagCheck instanceof Function&&k.tagCheck(r))&&!T[r])&&tn(e,r,n))return!0;if(i===Z.element&&!St(e)||(r===`noscript`||r===`noembed`||r===`noframes`)&&K(pr,e.innerHTML))return Ct(e),!0;if(A&&i===Z.text){let n=e.textContent,r=Ht(n);n!==r&&(un(t.removed,{element:e.cloneNode()}),e.textContent=r)}return V(S.afterSanitizeElements,e,null),an(e,n)},sn=function(e,t,r){if(Me[t]||Rt(t,e)||Ve&&(t===`id`||t===`name`)&&(r in n||r in mt))return!1;let i=E[t]||k.attributeCheck instanceof Function&&k.attributeCheck(t,e);if(Pe&&K(Te,t)||Ne&&K(Ee,t))return!0;if(!i)return On(e)&&en(D.tagNameCheck,e)&&en(D.attributeNameCheck,t,e)||t===`is`&&D.allowCustomizedBuiltInElements&&en(D.tagNameCheck,r);if(Xe[t])return!0;let a=wn(r,De,``);return K(ke,a)||(t===`src`||t===`xlink:href`||t===`href`)&&e!==`script`&&Tn(r,`data:`)===0&&Je[e]||Fe&&!K(w,a)?!0:!r},Dn=Y({},[`annotation-xml`,`color-profile`,`font-face`,`font-face-format`,`font-face-name`,`font-face-src`,`font-face-uri`,`missing-glyph`]),On=function(e){return!Dn[xn(e)]&&K(Oe,e)},kn=function(e,t,n,r){if(v&&typeof u==`object`&&typeof u.getAttributeType==`function`&&!n)switch(u.getAttributeType(e,t)){case`TrustedHTML`:return x(r);case`TrustedScriptURL`:return he(r)}return r},An=function(e,t,n,r){try{return n?e.setAttributeNS(n,t,r):e.setAttribute(t,r),!qt(e)||(Ct(e),!1)}catch{return Et(t,e),!1}},jn=function(e,t){return j&&K(hr,t)?!0:xn(e)===`attributename`&&Tn(t,`href`)!==-1},Mn=function(e,n){if(V(S.beforeSanitizeAttributes,e,null),an(e,n))return;let r=ue(e);if(!r||qt(e))return;E=nn(S.uponSanitizeAttribute,E,je,Re);let i={attrName:``,attrValue:``,keepAttr:!0,allowedAttributes:E,forceKeepAttr:void 0},a=r.length,o=B(_(e));for(;a--;){let n=r[a];if(!n)continue;let s=n.name,c=n.namespaceURI,l=n.value,u=B(s),d=l,f=s===`value`?d:En(d),ee=!1;i.attrName=u,i.attrValue=f,i.keepAttr=!0,i.forceKeepAttr=void 0,V(S.uponSanitizeAttribute,e,i),f=i.attrValue,I&&(u===`id`||u===`name`)&&Tn(f,He)!==0&&(Et(s,e,n),f=He+f,ee=!0),jn(s,f)?Et(s,e,n):i.forceKeepAttr||(i.keepAttr?!Ie&&K(mr,f)?Et(s,e,n):(A&&(f=Ht(f)),sn(o,u,f)?(f=kn(o,u,c,f),f!==d&&An(e,s,c,f)&&ee&&ln(t.removed)):Et(s,e,n)):Et(s,e,n))}V(S.afterSanitizeAttributes,e,null),an(e,n)},J=function(e,t){on(e,t),Mn(e,t),Yt(e.content)&&Nn(e.content)},Nn=function(e){let t=null,n=Vt(e);for(V(S.beforeSanitizeShadowDOM,e,null);t=n.nextNode();)if(V(S.uponSanitizeShadowNode,t,null),J(t,e),g(t)===Z.element){let e=ie(t);Yt(e)&&(Pn(e),Nn(e))}A&&Kt(e),V(S.afterSanitizeShadowDOM,e,null)},Pn=function(e){let t=[{node:e,shadow:null}];for(;t.length>0;){let e=t.pop();if(e.shadow){Nn(e.shadow);continue}let n=e.node,r=g(n)===Z.element,i=p(n);if(i)for(let e=i.length-1;e>=0;--e)t.push({node:i[e],shadow:null});if(r){let e=oe?oe(n):null;if(typeof e==`string`&&B(e)===`template`){let e=n.content;Yt(e)&&t.push({node:e,shadow:null})}}if(r){let e=ie(n);Yt(e)&&t.push({node:null,shadow:e},{node:e,shadow:null})}}},Er=function(e){let n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},i=null,a=null,o=null,s=null;if(tt=!e,tt&&(e=`<!-->`),typeof e!=`string`&&!Xt(e)&&(e=Ln(e),typeof e!=`string`))throw q(`dirty is not a string, aborting`);if(!t.isSupported)return e;Le?(T=N,E=Re):gt(n),pt=ft,t.removed=[];let c=Ue&&typeof e!=`string`&&Xt(e),l=[],u=R,d=We;if(c){zt(e),l=At(e);let t=_(e);if(typeof t==`string`){let n=B(t);if(!T[n]||O[n])throw Nt(e,l),q(`root node is forbidden and cannot be sanitized in-place`)}if(qt(e))throw Nt(e,l),q(`root node is clobbered and cannot be sanitized in-place`);R=mn(),We=vn()}else if(Xt(e))i=Bt(`<!---->`),a=i.ownerDocument.importNode(e,!0),a.nodeType===Z.element&&a.nodeName===`BODY`||a.nodeName===`HTML`?i=a:i.appendChild(a),Pn(i);else{if(!P&&!A&&!M&&e.indexOf(`<`)===-1)return me(e);if(i=Bt(e),!i)return P?null:Be?y:``}i&&ze&&Ct(i.firstChild);let f=c?e:i;try{c&&Pn(e);let t=Vt(f);for(;o=t.nextNode();)J(o,f);c&&Pt(e,l)}catch(t){throw c&&Nt(e,l),t}finally{R=u,We=d}if(c){if(Mt(e,l))throw q(`a node selected for removal could not be safely returned; refusing to sanitize in place`);return A&&Ut(e),e}if(P){if(A&&Ut(i),F)for(s=be.call(i.ownerDocument);i.firstChild;)s.appendChild(i.firstChild);else s=i;return(E.shadowroot||E.shadowrootmode)&&(s=Se.call(r,s,!0)),s}A&&Kt(i);let ee=M?i.outerHTML:i.innerHTML;return M&&T[`!doctype`]&&i.ownerDocument&&i.ownerDocument.doctype&&i.ownerDocument.doctype.name&&K(cr,i.ownerDocument.doctype.name)&&(ee=`<!DOCTYPE `+i.ownerDocument.doctype.name+`>
`+ee),me(ee)};return t.sanitize=function(e){let n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},r=pt,i=T,a=E,o=t.removed;pt=null;try{return Er(e,n)}finally{pt=r,r&&(Le||gt(r),T=i,E=a,t.removed=o)}},t.setConfig=function(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{};gt(e),Le=!0,N=T,Re=E},t.clearConfig=function(){ft=null,Le=!1,N=null,Re=null,v=b,y=``},t.isValidAttribute=function(e,t,n){ft||gt({});let r=B(e),i=B(t);return typeof n==`string`&&(jn(t,n)||!Ie&&K(mr,n))?!1:sn(r,i,n)},t.addHook=function(e,t){typeof t==`function`&&G(S,e)&&un(S[e],t)},t.removeHook=function(e,t){if(G(S,e)){if(t!==void 0){let n=cn(S[e],t);return n===-1?void 0:fn(S[e],n,1)[0]}return ln(S[e])}},t.removeHooks=function(e){G(S,e)&&(S[e]=[])},t.removeAllHooks=function(){S=Sr()},t}var Er=Tr();function Q(e,t,n,r){var i=arguments.length,a=i<3?t:r===null?r=Object.getOwnPropertyDescriptor(t,n):r,o;if(typeof Reflect==`object`&&typeof Reflect.decorate==`function`)a=Reflect.decorate(e,t,n,r);else for(var s=e.length-1;s>=0;s--)(o=e[s])&&(a=(i<3?o(a):i>3?o(t,n,a):o(t,n))||a);return i>3&&a&&Object.defineProperty(t,n,a),a}var Dr=`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,Or=e=>Dr+Er.sanitize(e,{FORBID_TAGS:[`form`,`input`,`button`,`iframe`,`style`]}),kr=null;function Ar(e){let t=window.trustedTypes;return kr??=t?.createPolicy(`mass-reply`,{createHTML:Or})??{createHTML:Or},kr.createHTML(e)}var jr=class extends M{constructor(...e){super(...e),this.text=``,this.named=``,this.#e=null}#e;createRenderRoot(){return this}willUpdate(e){if(e.has(`text`))try{this.#e=Ar(this.text)}catch{this.#e=null}}render(){return this.#e===null?C`<pre class="bubble">${this.text}</pre>`:C`<iframe class="mail" sandbox="" title=${this.named} .srcdoc=${this.#e}></iframe>`}};Q([P({attribute:!1})],jr.prototype,`text`,void 0),Q([P({attribute:!1})],jr.prototype,`named`,void 0),jr=Q([N(`mass-reply-html`)],jr);var Mr=class extends M{createRenderRoot(){return this}#e=()=>this.requestUpdate();#t=null;willUpdate(){this.#t!==this.model&&(this.#t?.removeEventListener(`change`,this.#e),this.#t=this.model,this.#t.addEventListener(`change`,this.#e))}disconnectedCallback(){super.disconnectedCallback(),this.#t?.removeEventListener(`change`,this.#e),this.#t=null}};Q([P({attribute:!1})],Mr.prototype,`model`,void 0),Q([P({attribute:!1})],Mr.prototype,`words`,void 0);function Nr(e,t,n){let r=/* @__PURE__ */ new Map;for(let i of e)r.set(t(i),(r.get(t(i))??0)+n(i));return[...r].sort((e,t)=>t[1]-e[1])}function Pr(e,t){return Nr(t,e=>e.code,e=>e.count).map(([t,n])=>`${e.number(n)} × ${e.reason(t)}`).join(`; `)}function Fr(e,t){return Nr(t,e=>e.code,e=>e.count).map(([n,r])=>{let i=t.filter(e=>e.code===n).map(t=>e.channel(t.channel));return C`<li><strong>${e.number(r)}</strong> ${e.warning(n)} <span class="soft">(${i.join(`, `)})</span></li>`})}var Ir=3;function Lr(e,t){let{say:n}=t,r=e.batch;return C`<h3>${n(`text_for`)}</h3>
    <div class="samples">${Br(e,t)}</div>
    ${r.message.html?C`<mass-reply-html .text=${r.message.html} .named=${n(`html_part`)}></mass-reply-html>`:w}
    ${zr(r.message.attachments,t)}
    <div class="columns">
      <div class="stack"><h3>${n(`costs`)}</h3><ul>${Vr(r,t)}</ul></div>
      ${Hr(r,t)}
    </div>`}var Rr=C`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M13 7.500l-5.500 5.500a3.200 3.200 0 0 1-4.500-4.500l6-6a2.100 2.100 0 0 1 3 3l-5.700 5.700a1 1 0 0 1-1.500-1.500l5-5"></path></svg>`;function zr(e,{number:t,say:n}){return e.length?C`<div class="stack tight-stack"><h3>${n(`files`)}</h3>
    <ul>${e.map(e=>C`<li>${Rr} <bdi>${e.filename}</bdi> <span class="soft">${t(Math.ceil(e.size/1e3))} kB</span></li>`)}</ul></div>`:w}function Br(e,{channel:t,say:n,who:r}){let i=/* @__PURE__ */ new Set,a=e=>!i.has(e)&&i.add(e),o=e.batch.preflight?.samples??[],s=o.filter(e=>a(e.channel));return[...s,...o.filter(e=>!s.includes(e))].slice(0,Ir).map(i=>{let a=e.people.get(i.conversation_id)?.contact;return C`<div>
      <p class="soft">${t(i.channel)} · ${n(`to`,{name:r(a)})}</p>
      <div class="bubble" tabindex="0">${i.text}</div>
    </div>`})}function Vr({preflight:e},{say:t}){let n=e?.billable,r=[[n?.sms_segments,`cost_sms`],[n?.whatsapp_in_window,`cost_whatsapp`],[n?.whatsapp_templates,`cost_template`]].flatMap(([e,t])=>e?[{n:e,key:t}]:[]);return r.length?r.map(({n:e,key:n})=>C`<li>${t(n,{n:e})}</li>`):C`<li>${t(`costs_nothing`)}</li>`}function Hr({preflight:e},t){let n=e?.warnings??[];return n.length?C`<ul class="note amber">${Fr(t,n)}</ul>`:w}var Ur=class extends Mr{constructor(...e){super(...e),this.typed=null,this.chosen=0,this.uploading=``,this.tag=`contact.first_name`,this.standIn=``}focusText(){this.area.focus()}get offered(){let{typed:e}=this;return e?this.model.snippets.filter(t=>t.shortcode.startsWith(e.name)).slice(0,50):[]}render(){let{say:e}=this.words,t=this.#e();return C`<div class="stack">
      <div class="field text">
        <label for="text"><strong>${e(`message`)}</strong> <span class="soft">${e(`message_hint`)}</span></label>
        <textarea
          id="text"
          part="text"
          rows="8"
          .value=${this.model.draft.text}
          aria-describedby="faults"
          aria-invalid=${t.length>0}
          aria-controls="snippets"
          aria-autocomplete="list"
          aria-activedescendant=${this.offered.length?`snippet-${this.chosen}`:w}
          @input=${this.#c}
          @keydown=${this.#l}
          @blur=${()=>this.typed=null}
        ></textarea>
        ${this.#n()}
      </div>
      <div id="faults" aria-live="polite">
        ${t.map(e=>C`<p class="note bad">${this.#t(e)}</p>`)}
      </div>
      ${this.#r()} ${this.#a()}
    </div>`}#e(){let{trouble:e}=this.model;return!e||!(`faults`in e)?[]:e.faults.filter(e=>e.pointer.startsWith(`/message`)||e.pointer.startsWith(`/whatsapp`))}#t(e){let t=this.words.fault(e);return t===e.detail?t:C`${t} <span class="soft" lang="en">${e.detail}</span>`}#n(){let{say:e}=this.words;return C`<ul id="snippets" class="listbox" role="listbox" aria-label=${e(`snippets`)} ?hidden=${!this.typed||!this.offered.length}>
      ${this.offered.map((e,t)=>C`<li
          id="snippet-${t}"
          role="option"
          aria-selected=${t===this.chosen}
          @mousedown=${t=>{t.preventDefault(),this.#u(`/${e.shortcode} `,this.typed.start)}}
        ><strong>/${e.shortcode}</strong><span>${e.text}</span></li>`)}
    </ul>`}#r(){let{say:e,tag:t}=this.words,n=[...Object.keys(gt),...this.#i()];return C`<div class="row">
      <label class="field"
        >${e(`insert_tag`)}
        <select part="tag" .value=${this.tag} @change=${e=>this.tag=Wr(e)}>
          ${n.map(e=>C`<option value=${e} ?selected=${e===this.tag}>${t(e)}</option>`)}
        </select></label
      >
      <label class="field"
        >${e(`if_missing`)}
        <input size="14" .value=${this.standIn} @input=${e=>this.standIn=Wr(e)} />
      </label>
      <button class="lower" @click=${()=>this.#u(Ht(this.tag,this.standIn),this.area.selectionStart)}>
        ${e(`insert`)}
      </button>
    </div>`}#i(){let e=/* @__PURE__ */ new Set;for(let t of this.model.people.values()){for(let n of Object.keys(t.custom_fields))e.add(`conversation.custom_fields.${n}`);for(let n of Object.keys(t.contact.custom_fields))e.add(`contact.custom_fields.${n}`)}return[...e].filter(e=>/^[\w.]+$/.test(e)).sort()}#a(){let{say:e}=this.words,{attachments:t}=this.model.draft;return C`<div class="stack">
      <div class="row">
        <button @click=${()=>this.querySelector(`[type=file]`).click()}>${e(`attach`)}</button>
        <input type="file" hidden tabindex="-1" aria-label=${e(`attach`)} @change=${this.#s} />
        <span class="soft" role="status">${this.uploading&&e(`attaching`,{name:this.uploading})}</span>
      </div>
      ${t.map(n=>C`<div class="row">
          <span>${Rr} <bdi>${n.filename}</bdi> <span class="soft">${this.words.number(Math.ceil(n.size/1e3))} kB</span></span>
          <button
            class="plain"
            aria-label=${e(`remove`,{name:n.filename})}
            @click=${()=>this.model.change({attachments:t.filter(e=>e!==n)})}
          >✕</button>
        </div>`)}
      ${t.length?C`<ul class="soft">${this.#o()}</ul>`:w}
    </div>`}#o(){let{say:e,channel:t}=this.words,{preview:n,previewing:r}=this.model,i=n?.preflight,a=new Set(i?.warnings.filter(e=>e.code===`attachment_dropped`).map(e=>e.channel));return(i?.by_channel??[]).filter(e=>e.recipients>0).map(n=>C`<li>${t(n.channel)}: ${r?`…`:e(a.has(n.channel)?`without_file`:`with_file`)}</li>`)}async#s(e){let t=e.target,n=t.files?.[0];n&&(this.uploading=n.name,await this.model.attach(n),this.uploading=``,t.value=``)}#c(){this.typed=Vt(this.area.value,this.area.selectionStart),this.chosen=0,this.model.change({text:this.area.value})}#l(e){let t=this.offered.length;if(this.typed&&t&&!e.ctrlKey&&!e.metaKey){if(e.key===`ArrowDown`)this.chosen=(this.chosen+1)%t;else if(e.key===`ArrowUp`)this.chosen=(this.chosen+t-1)%t;else if(e.key===`Enter`||e.key===`Tab`)this.#u(`/${this.offered[this.chosen].shortcode} `,this.typed.start);else if(e.key===`Escape`)this.typed=null;else return;e.preventDefault(),e.stopPropagation()}}#u(e,t){this.area.setRangeText(e,t,this.area.selectionEnd,`end`),this.area.focus(),this.#c()}};Q([Ve(`textarea`)],Ur.prototype,`area`,void 0),Q([F()],Ur.prototype,`typed`,void 0),Q([F()],Ur.prototype,`chosen`,void 0),Q([F()],Ur.prototype,`uploading`,void 0),Q([F()],Ur.prototype,`tag`,void 0),Q([F()],Ur.prototype,`standIn`,void 0),Ur=Q([N(`mass-reply-editor`)],Ur);var Wr=e=>e.target.value,Gr=class{#e;#t;#n;#r;constructor(e,t,n=()=>{}){this.host=e,this.ask=t,this.failed=n,this.items=null,this.lost=!1,this.#e=[void 0],this.#t=null,this.#n=0,this.#r=!1,this.first=()=>this.#a([void 0]),this.reload=()=>this.#a(this.#e)}async#i(e){this.#r||=(this.#r=!0,await this.#a(e),!1)}async#a(e){let t=++this.#n;try{let n=await this.ask(e.at(-1));if(t!==this.#n)return;this.#e=e,this.items=n.items,this.#t=n.next_cursor,this.lost=!1}catch(e){if(t!==this.#n)return;this.lost=!0,this.failed(e)}this.host.requestUpdate()}render(e,t,n){let r=this.#e.length-1;if(!r&&this.#t===null)return w;let{number:i,say:a}=e,o=r*n,s=`${i(o+1)}–${i(o+(this.items?.length??0))}`;return C`<nav class="row pager" aria-label=${a(`pages`)}>
      <button ?disabled=${!r} @click=${()=>this.#i(this.#e.slice(0,-1))}>‹ ${a(`page_back`)}</button>
      <span class="soft">${t===null?s:a(`page_of`,{range:s,n:t})}</span>
      <button ?disabled=${this.#t===null} @click=${()=>this.#i([...this.#e,this.#t])}>${a(`page_on`)} ›</button>
    </nav>`}},Kr=25,qr=class extends Mr{constructor(...e){super(...e),this.count=0,this.search=``,this.tickable=!1,this.ticked=/* @__PURE__ */ new Set,this.first=!1,this.opened=!1,this.#e=``,this.#t=new Gr(this,e=>this.model.api.get(`/mass-replies/{id}/deliveries`,{path:{id:this.model.batch.id},query:{status:this.status,reason:this.code,search:this.search||void 0,limit:Kr,cursor:e}}))}#e;#t;willUpdate(){super.willUpdate(),this.hasUpdated||(this.opened=this.first);let e=[this.model.batch?.id,this.status,this.code,this.search].join(),t=`${e} ${this.count}`;this.opened&&this.#e!==t&&(this.#e.startsWith(`${e} `)?this.#t.reload():this.#t.first(),this.#e=t)}render(){let{number:e,reason:t,say:n}=this.words,{items:r}=this.#t;return C`<details class="reason" ?open=${this.opened} @toggle=${e=>this.opened=e.target.open}>
      <summary><strong>${t(this.code)}</strong> <span class="soft">(${e(this.count)})</span></summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${t(this.code)}>
        ${this.tickable&&r?.length?this.#r(r):w}
        ${this.#t.lost?C`<p class="note bad" role="alert">${n(`no_answer`)} <button @click=${this.#t.reload}>${n(`try_again`)}</button></p>`:w}
        ${r===null&&!this.#t.lost?C`<p class="soft">${n(`loading`)}</p>`:w}
        ${r?.length===0?C`<p class="soft">${n(`nothing_here`)}</p>`:w}
        <ul class="people">${r?.map(e=>this.#n(e))}</ul>
      </div>
      ${this.#t.render(this.words,this.search?null:this.count,Kr)}
    </details>`}#n(e){let{channel:t,say:n,time:r,who:i}=this.words,a=i({name:e.contact_name}),o=Jr(e)?` (${n(`settling`,{time:r(e.settles_after)})})`:``,s=C`<input type="checkbox" aria-label=${a} .checked=${this.ticked.has(e.conversation_id)} @change=${()=>this.#i([e])} />`;return C`<li>
      ${this.tickable?s:w}
      <span><strong><bdi>${a}</bdi></strong> · ${t(e.channel)}${e.human_id?` · ${e.human_id}`:``}
        <span class="soft">${e.reason?.detail??``}${o}</span></span>
    </li>`}#r(e){let t=e.every(e=>this.ticked.has(e.conversation_id));return C`<label class="choice"><input type="checkbox" .checked=${t} @change=${()=>this.#i(e,!t)} />${this.words.say(`tick_shown`,{n:e.length})}</label>`}#i(e,t){let n=new Set(this.ticked);for(let{conversation_id:r}of e)t??!n.has(r)?n.add(r):n.delete(r);this.ticked=n,this.dispatchEvent(new CustomEvent(`ticked`,{detail:n,bubbles:!0}))}};Q([P({attribute:!1})],qr.prototype,`status`,void 0),Q([P({attribute:!1})],qr.prototype,`code`,void 0),Q([P({attribute:!1})],qr.prototype,`count`,void 0),Q([P({attribute:!1})],qr.prototype,`search`,void 0),Q([P({attribute:!1})],qr.prototype,`tickable`,void 0),Q([P({attribute:!1})],qr.prototype,`ticked`,void 0),Q([P({type:Boolean})],qr.prototype,`first`,void 0),Q([F()],qr.prototype,`opened`,void 0),qr=Q([N(`mass-reply-reason`)],qr);var Jr=e=>e.settles_after!==null&&new Date(e.settles_after)>/* @__PURE__ */ new Date,Yr=10,Xr=300,Zr=class extends Mr{constructor(...e){super(...e),this.status=`failed`,this.tickable=!1,this.ticked=/* @__PURE__ */ new Set,this.opened=!1,this.search=``,this.#e=0}#e;get count(){return this.model.batch?.counts?.[this.status]??0}updated(){this.opened&&this.count&&this.model.reasons.learn()}render(){return this.count===0?w:C`<details part="people" @toggle=${this.#i}>
      <summary>${this.#t()}</summary>
      ${this.opened?this.#r():w}
    </details>`}#t(){let{say:e}=this.words,t=this.count;return this.status===`skipped`?C`${e(`left_out`,{n:t})}${this.#n()}`:this.status===`failed`?e(`n_failed`,{n:t}):this.status===`uncertain`?C`${e(`n_unknown`,{n:t})} <span class="soft">${e(`not_again`)}</span>`:e(`n_cancelled`,{n:t})}#n(){return C`<span class="soft"> · ${Pr(this.words,this.model.batch?.preflight?.skipped??[])}</span>`}#r(){let{say:e}=this.words,t=Nr(this.model.reasons.items.filter(e=>e.status===this.status),e=>e.code,e=>e.count);return t.length?C`<div class="stack inner">
      ${this.count>Yr?C`<label class="field">${e(`find`)}<input type="search" maxlength="200" @input=${this.#a} /></label>`:w}
      ${t.map(([e,t],n)=>C`<mass-reply-reason
          .model=${this.model} .words=${this.words} .status=${this.status} .code=${e} .count=${t}
          .search=${this.search} .tickable=${this.tickable} .ticked=${this.ticked} ?first=${n===0}
        ></mass-reply-reason>`)}
    </div>`:C`<p class="soft" role="status">${e(this.model.reasons.lost?`no_answer`:`loading`)}</p>`}#i(e){e.target===e.currentTarget&&(this.opened=e.target.open)}#a(e){let t=Wr(e).trim();clearTimeout(this.#e),this.#e=window.setTimeout(()=>this.search=t,Xr)}};Q([P()],Zr.prototype,`status`,void 0),Q([P({type:Boolean})],Zr.prototype,`tickable`,void 0),Q([P({attribute:!1})],Zr.prototype,`ticked`,void 0),Q([F()],Zr.prototype,`opened`,void 0),Q([F()],Zr.prototype,`search`,void 0),Zr=Q([N(`mass-reply-people`)],Zr);var Qr=class extends Mr{constructor(...e){super(...e),this.typeFrom=100,this.typed=``}get isReady(){let e=this.model.batch?.recipient_count;return!e||this.model.batch?.status!==`awaiting_confirmation`?!1:e<this.typeFrom||this.typed.replace(/[\s.,’'  ]/g,``)===String(e)}shouldUpdate(){return this.model.batch!==null}render(){let{say:e}=this.words,t=this.model.batch,n=t.recipient_count;return t.status===`preparing`||n===null?C`<div class="body"><p class="soft">${e(`preparing_hint`)}</p></div>`:t.status===`expired`?C`<div class="body"><p class="note">${e(`expired`)}</p></div>`:C`<div class="body" part="body">
      ${this.#e(n)}
      <p>${e(`frozen`)}</p>
      ${Lr(this.model,this.words)}
      <ul class="soft">${this.#t(n)}</ul>
      <mass-reply-people .model=${this.model} .words=${this.words} status="skipped"></mass-reply-people>
      ${n>=this.typeFrom?C`<label class="field"
              ><strong>${e(`type_number`,{n})}</strong>
              <input inputmode="numeric" autocomplete="off" size="10" .value=${this.typed} @input=${this.#n} />
            </label>`:w}
    </div>`}#e(e){let{say:t}=this.words,n=this.model.shownBefore;if(n===null||n===e)return w;let r=e>n?t(`changed_more`,{n:e-n}):t(`changed_less`,{n:n-e});return C`<p class="note amber" role="alert">${t(`changed`,{before:n,n:e})} <strong>${r}</strong></p>`}#t(e){let{say:t,time:n}=this.words,{draft:r,batch:i,preview:a}=this.model,o=a?.approval_above??null;return[t(`in_name_of`,{name:i.author.name}),o!==null&&e>o?t(`will_ask`):null,r.sendAt?t(`will_schedule`,{time:n(new Date(r.sendAt).toISOString())}):r.hold?t(`will_hold`):null,r.sample!==null&&r.sample<e?t(`will_sample`,{n:r.sample}):null,i.mark_as_done?t(`will_mark_done`):null,i.expires_at?t(`expires`,{time:n(i.expires_at)}):null].map(e=>e&&C`<li>${e}</li>`)}#n(e){this.typed=e.target.value,this.dispatchEvent(new Event(`typed`,{bubbles:!0}))}};Q([P({type:Number})],Qr.prototype,`typeFrom`,void 0),Q([F()],Qr.prototype,`typed`,void 0),Qr=Q([N(`mass-reply-confirm`)],Qr);function $r(e,t,n,r){let i=r&&(n===`pause`||n===`resume`)?{channel_account:r}:{};return e.post(`/mass-replies/{id}/${n}`,{path:{id:t},body:i})}var ei=(e,t,n)=>e.post(`/mass-replies/{id}/reject`,{path:{id:t},body:{reason:n}}),ti=(e,t,n)=>e.post(`/mass-replies/{id}/retry`,{path:{id:t},body:{reason_codes:n},headers:ri()}),ni=(e,t,n)=>e.post(`/mass-replies/{id}/resolve`,{path:{id:t},body:n,headers:ri()}),ri=()=>({"Idempotency-Key":Ze()}),ii=()=>({text:``,attachments:[],markAsDone:!1,hold:!0,sendAt:``,sample:null,blank:!1,template:{name:``,language:`en`,parameters:``}}),ai=7,oi=`mass-reply:draft:`,si=class{#e;constructor(...e){this.#e=oi+ci(JSON.stringify(e))}load(){try{let e=JSON.parse(localStorage.getItem(this.#e)??`null`);return e&&Date.now()-Date.parse(e.at)<ai*864e5?{...e,draft:{...ii(),...e.draft}}:null}catch{return null}}save(e,t){try{localStorage.setItem(this.#e,JSON.stringify({draft:e,id:t,at:(/* @__PURE__ */ new Date()).toISOString()}))}catch{}}forget(){try{localStorage.removeItem(this.#e)}catch{}}};function ci(e){let t=14695981039346656037n;for(let n=0;n<e.length;n++)t=BigInt.asUintN(64,(t^BigInt(e.charCodeAt(n)))*1099511628211n);return t.toString(16)}var li=2e3,ui=class{#e;#t;constructor(e,t,n){this.api=e,this.batch=t,this.changed=n,this.items=[],this.lost=!1,this.#e=``,this.#t=!1}async learn(){if(!this.#t){this.#t=!0;for(let e=this.batch();e&&this.#e!==di(e);e=this.batch())await this.#n(e),this.changed(),await Xe(li);this.#t=!1}}async#n(e){try{this.items=(await this.api.get(`/mass-replies/{id}/reasons`,{path:{id:e.id}})).items,this.lost=!1}catch(e){if(this.lost=!0,e instanceof He||Ue(e))return}this.#e=di(e)}},di=({id:e,counts:t})=>[e,t?.failed,t?.uncertain,t?.skipped,t?.cancelled].join(),fi=250,pi=/* @__PURE__ */ new Set([`preparing`,`awaiting_confirmation`,`expired`]),mi=250,hi=class extends EventTarget{#e;#t;#n;#r;#i;#a;#o;#s;#c;#l;constructor(e,t){super(),this.api=e,this.selection=t,this.moment=`opening`,this.me=null,this.draft=ii(),this.restored=null,this.preview=null,this.previewing=!1,this.snippets=[],this.people=/* @__PURE__ */ new Map,this.batch=null,this.shownBefore=null,this.trouble=null,this.busy=0,this.acting=!1,this.lostSince=null,this.lastHeard=(/* @__PURE__ */ new Date()).toISOString(),this.#e=null,this.#t=!1,this.#n=0,this.#r=0,this.#i=null,this.#a=null,this.#o=Ze(),this.#s=0,this.#c=null,this.#l=null,this.act=(e,t)=>this.#v(n=>$r(this.api,n,e,t??null)),this.reject=e=>this.#v(t=>ei(this.api,t,e)),this.retry=e=>this.#v(t=>ti(this.api,t,e)),this.resolve=e=>this.#v(t=>ni(this.api,t,e)),this.#v=e=>this.#E(async()=>this.#y(await e(this.batch.id))),this.#C=e=>this.#d({busy:e}),this.reasons=new ui(e,()=>this.#t?null:this.batch,()=>this.#d({})),e.whenBusy.add(this.#C)}get maySend(){return this.#u(`mass_replies:send`)}get mayApprove(){return this.#u(`mass_replies:approve`)&&!this.isMine}get isMine(){let e=this.me?.user?.id??this.me?.key?.id;return this.batch!==null&&e!==void 0&&this.batch.author.id===e}get isDirty(){return this.moment===`write`&&(this.draft.text.trim()!==``||this.draft.attachments.length>0)}#u(e){return this.me?.permissions.includes(e)??!1}#d(e){Object.assign(this,e),this.dispatchEvent(new Event(`change`))}async open(e){this.#e=e,await this.#E(async()=>{this.me=await this.api.get(`/me`),this.#i=this.selection&&new si(this.api.base,this.me.tenant,this.me.user?.id,this.selection);let t=this.#i?.load()??null;t?.draft.text&&(this.draft=t.draft,this.restored=t.at);let n=await this.#f(e??t?.id??null,e!==null);n?this.#y(n):await this.#p()})}async#f(e,t){if(e===null)return null;try{let n=await this.api.get(`/mass-replies/{id}`,{path:{id:e}});return t||n.confirmed_at&&!tt.has(n.status)?n:null}catch(e){if(t||!(e instanceof I&&e.status===404))throw e;return null}}async#p(){if(this.#d({moment:`write`,batch:null}),!this.maySend)return;this.look();let e=await this.api.get(`/snippets`,{query:{limit:500}});this.#d({snippets:e.items})}change(e){this.draft={...this.draft,...e},this.#o=Ze(),this.#m(null);let t=this.trouble instanceof I&&this.trouble!==this.#l;this.#d({restored:null,trouble:t?null:this.trouble}),this.look()}#m(e){this.draft.text||e?this.#i?.save(this.draft,e):this.#i?.forget()}discard(){this.#i?.forget(),this.draft=ii()}look(){return this.#s++,this.#c??=this.#h().finally(()=>this.#c=null)}async#h(){this.#d({previewing:!0});for(let e=-1;e!==this.#s;)e=this.#s,this.preview&&await Xe(fi),e===this.#s&&await this.#g();this.#d({previewing:!1})}async#g(){try{let{message:e,...t}=this.#_(this.draft),n=await this.api.post(`/mass-replies/preview`,{body:{...t,message:e.text.trim()?e:void 0}});this.#d({preview:n,trouble:this.trouble===this.#l?null:this.trouble}),await this.meet(n.preflight.samples.map(e=>e.conversation_id))}catch(e){this.#l=_i(e),this.#d({trouble:this.#l})}}async meet(e){let t=e.filter(e=>!this.people.has(e));await Promise.allSettled(t.map(async e=>this.people.set(e,await this.api.get(`/conversations/{conversation_id}`,{path:{conversation_id:e}})))),t.length&&this.#d({})}#_(e){let{template:t}=e;return{selection:this.selection,message:{text:e.text,attachment_ids:e.attachments.map(e=>e.id)},mark_as_done:e.markAsDone,on_unresolved:e.blank?`blank`:`skip`,whatsapp_template:t.name.trim()?{name:t.name.trim(),language:t.language.trim(),body_parameters:t.parameters.split(`
`).filter(e=>e.trim())}:null}}async attach(e){await this.#E(async()=>{let t=new FormData;t.set(`file`,e);let n=await this.api.ask(`/attachments`,{method:`POST`,body:t},e=>e.json());this.change({attachments:[...this.draft.attachments,n]})})}async review(){await this.#E(async()=>{this.shownBefore=this.preview?.recipient_count??null;let e={"Idempotency-Key":this.#o},t=await this.api.post(`/mass-replies`,{body:this.#_(this.draft),headers:e});this.#m(t.id),this.#y(t),this.#w(`created`)})}async back(){this.#a?.abort();let e=this.batch?.id;this.#o=Ze(),this.#m(null),this.#d({moment:`write`,batch:null,trouble:null}),this.look(),e&&await this.api.post(`/mass-replies/{id}/cancel`,{path:{id:e},body:{}}).catch(()=>{})}async confirm(e){let{draft:t,batch:n}=this;await this.#E(async()=>{this.shownBefore=e;let r=await this.api.post(`/mass-replies/{id}/confirm`,{path:{id:n.id},body:{recipient_count:e,hold_seconds:t.sendAt||!t.hold?0:30,send_at:t.sendAt?new Date(t.sendAt).toISOString():null,sample_size:t.sample}});this.draft=ii(),this.#m(r.id),this.#w(`confirmed`,r),this.#y(r)})}async export(){await this.#E(async()=>{let{id:e}=this.batch;gi(await this.api.ask(`/mass-replies/${e}/deliveries`,{headers:{Accept:`text/csv`}},e=>e.blob()),`mass-reply-${e}.csv`)})}#v;#y(e){this.#b(e),this.#d({}),this.#x(e.id)}#b(e){let t=this.batch?.id===e.id?this.batch:null;t&&t.status!==e.status&&this.trouble instanceof He&&(this.trouble=null),this.moment=this.selection&&pi.has(e.status)&&!e.confirmed_at?`confirm`:`watch`,this.batch=e,e.preflight&&!t?.preflight&&this.meet(e.preflight.samples.map(e=>e.conversation_id)),e.started_at&&t&&!t.started_at&&this.#w(`sent`,e),e.finished_at&&t&&!t.finished_at&&this.#w(`finished`,e)}#x(e){this.#a?.abort(),this.#a=new AbortController,nt(this.api,e,{changed:e=>{Object.assign(this,{lostSince:null,lastHeard:(/* @__PURE__ */ new Date()).toISOString()}),this.#b(e),this.#S()},lost:e=>{let t=e instanceof L||e instanceof I&&e.status<500;this.#d(t?{trouble:e}:{lostSince:this.lastHeard})}},this.#a.signal)}#S(){if(this.#r)return;let e=Math.max(0,this.#n+mi-performance.now());this.#r=window.setTimeout(()=>{this.#r=0,this.#n=performance.now(),this.#d({})},e)}async again(){this.#d({trouble:null}),this.moment===`opening`?await this.open(this.#e):this.moment===`write`?await this.look():this.batch&&this.#x(this.batch.id)}#C;leave(){this.#t=!0,this.#a?.abort(),this.api.whenBusy.delete(this.#C)}#w(e,t=this.batch){this.dispatchEvent(new CustomEvent(e,{detail:{id:t?.id??null,count:t?.recipient_count??null,counts:t?.counts??null}}))}async#T(e){let{trouble:t}=this;try{this.#y(await this.api.get(`/mass-replies/{id}`,{path:{id:e}})),this.trouble=t}catch{}}async#E(e){if(!this.acting){this.#d({acting:!0,trouble:null});try{await e()}catch(e){this.trouble=_i(e),e instanceof I&&e.status===409&&this.batch&&await this.#T(this.batch.id)}finally{this.#d({acting:!1})}}}};function gi(e,t){let n=document.createElement(`a`);n.href=URL.createObjectURL(e),n.download=t,n.click(),setTimeout(()=>URL.revokeObjectURL(n.href),6e4)}function _i(e){if(e instanceof I||e instanceof He||e instanceof L)return e;throw e}var vi=e=>e.sent+e.delivered+e.read,yi=e=>e.lanes.reduce((e,t)=>e+Object.values(t.counts).reduce((e,t)=>e+t,0),0),bi=e=>e.queued+e.sending,xi=class{constructor(){this.#e=null,this.#t=``,this.begins={capture:!0,handleEvent:e=>{e instanceof KeyboardEvent&&e.repeat||(this.#e=Si(e),this.#t=this.#e?.textContent??``)}},this.ends={capture:!0,handleEvent:e=>{let t=Si(e);t&&t===this.#e&&t.textContent!==this.#t&&e.stopImmediatePropagation(),this.#e=null}}}#e;#t},Si=e=>e.target.closest(`button`);function Ci(e,t,n){let{say:r}=t;if(!e||e.moment===`opening`)return r(e?.trouble?`not_opened`:`opening`);if(e.moment===`write`)return wi(e,t);let i=e.batch;return e.moment===`confirm`?Ti(i,t):Oi(i,t,n)}function wi({preview:e,trouble:t,maySend:n},{say:r}){return n?t instanceof I&&t.code===`selection_empty`?r(`empty_selection`):e?e.recipient_count===null?r(`selected_only`,{n:e.selected_count}):e.recipient_count===0?r(`nothing_to_send`):r(e.recipient_count===e.selected_count?`will_get_all`:`will_get`,{n:e.recipient_count,of:e.selected_count}):r(t?`not_counted`:`counting`):r(`not_allowed`)}function Ti(e,t){let{say:n}=t;return e.status===`preparing`?Ei(e,t):e.status===`expired`?t.batchStatus(`expired`):e.recipient_count?n(`confirm_title`,{n:e.recipient_count}):n(`nothing_to_send`)}function Ei(e,{say:t}){let n=yi(e);return n?t(`preparing_of`,{done:n,n:e.selected_count}):t(`preparing`,{n:e.selected_count})}var Di={sample_sent:`paused_sample`,failure_share:`paused_failures`,account:`paused_account`,person:`paused_person`};function Oi(e,t,n){let{say:r}=t,{status:i,counts:a,dispatch_at:o}=e;if(i===`awaiting_approval`)return r(`awaits_approval`);if(i===`preparing`)return Ei(e,t);if(i===`scheduled`&&o){let e=Math.max(0,Math.ceil((Date.parse(o)-n)/1e3));return e<=120?r(`sends_in`,{n:e}):r(`sends_at`,{time:t.time(o)})}if(!a||i===`awaiting_confirmation`)return t.batchStatus(i);if(i===`sending`)return r(`sending`,{done:e.recipient_count-bi(a),n:e.recipient_count});if(i===`paused`)return r(Di[e.pause_reason??`person`],{n:bi(a)});if(i===`expired`)return r(`expired`);let s=vi(a);return i===`cancelled`&&s+a.failed+a.uncertain===0?r(e.approval?.ruling===`rejected`?`rejected_title`:`undone`):[r(`sent_to`,{n:s}),a.failed&&r(`n_failed`,{n:a.failed}),a.uncertain&&r(`n_unknown`,{n:a.uncertain}),a.cancelled&&r(`n_cancelled`,{n:a.cancelled})].filter(Boolean).join(` `)}var ki=({moment:e,trouble:t,preview:n})=>e===`write`&&(t instanceof I&&t.code===`selection_empty`||n?.recipient_count===0);function Ai(e,t){let{say:n,number:r}=t,{moment:i,preview:a,lostSince:o}=e;if(o)return C`<p class="note amber" role="status">${n(`offline`,{time:t.time(o)})}</p>`;if(i!==`write`||!a)return ki(e)?C`<span class="soft">${n(`pick_others`)}</span>`:w;if(a.recipient_count===null)return C`<span class="soft">${n(`counted_on_review`)}</span>`;let s=a.selected_count-a.recipient_count;if(!s)return C`<span class="soft">${n(`nobody_left_out`)}</span>`;let{skipped:c}=a.preflight;return C`<details>
    <summary class="line">${n(`left_out`,{n:s})} <span class="soft">· ${Pr(t,c)}</span></summary>
    <ul class="soft">${c.map(e=>C`<li>${r(e.count)} · ${t.channel(e.channel)} · ${t.reason(e.code)}</li>`)}</ul>
  </details>`}function ji(e,t){let{say:n}=t,{trouble:r,busy:i,moment:a}=e;if(i)return C`<span role="status">${n(`busy`,{n:i})}</span>`;let o=t=>C` <button @click=${()=>e.again()}>${n(t)}</button>`;return r instanceof L?C`<span role="alert">${n(a===`write`?`session_over`:`session_over_watch`)}</span>${o(`sign_in_again`)}`:Ue(r)?C`<span role="alert">${n(`overloaded`)}</span>${o(`try_again`)}`:r instanceof He?C`<span role="alert">${n(a===`write`?`offline_write`:`unreachable`)}</span>${o(`try_again`)}`:r instanceof I&&r.code!==`selection_empty`&&!Mi(r)?C`<span role="alert">${n(`failed_action`,{detail:t.problem(r)})}</span>${r.status>=500?o(`try_again`):w}`:null}var Mi=e=>e.faults.some(e=>e.pointer.startsWith(`/message`)||e.pointer.startsWith(`/whatsapp`)),Ni=[`queued`,`sending`,`sent`,`delivered`,`read`,`failed`,`uncertain`,`skipped`,`cancelled`],Pi=class extends Mr{constructor(...e){super(...e),this.ticked=/* @__PURE__ */ new Set,this.why=``,this.rejecting=``}shouldUpdate(){return this.model.batch!==null}render(){let e=this.model.batch,t=tt.has(e.status);return C`<div class="body" part="body">
      ${this.#t()}
      ${e.counts?C`<section class="stack" part="progress" aria-label=${this.words.say(`by_channel`)}>${this.#r()}</section>`:w}
      ${this.#n()}
      ${e.counts?this.#a(t):w}
      ${e.status===`scheduled`||!e.confirmed_at?this.#e():w}
      ${t&&e.confirmed_at?this.#u():w}
    </div>`}#e(){let{batch:e}=this.model;return e.status===`awaiting_approval`?w:C`<h3>${this.words.say(`text_for`)}</h3>
      ${e.preflight?.samples.length?C`<div class="samples">${Br(this.model,this.words)}</div>`:C`<div class="bubble" tabindex="0">${e.message.text}</div>`}`}#t(){let{say:e}=this.words,{batch:t,acting:n}=this.model;if(t.approval?.ruling===`rejected`){let{by:n,reason:r}=t.approval;return C`<p class="note bad">${e(`rejected_by`,{name:n?.name??``,reason:r??``})}</p>`}if(t.status!==`awaiting_approval`)return w;let r=t.recipient_count??0;return C`<div class="note amber stack">
      <p><strong>${e(`asked_by`,{name:t.author.name})}</strong></p>
      <p>${e(this.model.mayApprove?`approval_hint`:`awaits_approval_hint`,{n:r})}</p>
      ${this.model.mayApprove?C`<div class="row lower-row">
              <button class="grave" ?disabled=${n} @click=${()=>this.model.act(`approve`)}>${e(`approve`,{n:r})}</button>
              <label class="field">${e(`reject_reason`)}<input .value=${this.rejecting} @input=${e=>this.rejecting=e.target.value} /></label>
              <button class="stop" ?disabled=${n||!this.rejecting.trim()} @click=${()=>this.model.reject(this.rejecting)}>${e(`reject`)}</button>
            </div>`:w}
    </div>
    ${Lr(this.model,this.words)}`}#n(){let{say:e,channel:t,pause:n,time:r}=this.words,i=this.model.batch;return i.status!==`sending`&&i.pause_reason!==`account`?w:i.lanes.filter(e=>e.reason&&(e.state===`paused`||e.state===`cooling`)).map(i=>C`<div class="note amber row spread">
          <span>${i.resume_at?e(`waits_until`,{channel:t(i.channel),time:r(i.resume_at),reason:n(i.reason)}):e(`waits`,{channel:t(i.channel),reason:n(i.reason)})}</span>
          ${i.state===`paused`&&this.model.maySend?C`<button @click=${()=>this.model.act(`resume`,i.channel_account)}>${e(`try_again`)}</button>`:w}
        </div>`)}#r(){return[...Map.groupBy(this.model.batch.lanes,e=>e.channel)].map(([e,t])=>{let n=Object.fromEntries(Ni.map(e=>[e,t.reduce((t,n)=>t+n.counts[e],0)]));return C`<div class="bar"><strong>${this.words.channel(e)}</strong>${Fi(n)}<span>${this.#i(n)}</span></div>`})}#i(e){let{number:t,status:n}=this.words;return Ni.filter(t=>e[t]>0).map((r,i)=>`${i?` · `:``}${t(e[r])} ${n(r)}`)}updated(){this.model.batch?.counts?.failed&&this.model.reasons.learn()}#a(e){let{say:t}=this.words,{batch:n,maySend:r}=this.model,i=r&&[`sending`,`paused`,`completed`,`cancelled`].includes(n.status);return C`<section class="stack" part="results" aria-label=${t(`results`)}>
      <div class="stack card">
        ${this.#c(`failed`)} ${this.#o()}
        ${this.#c(`uncertain`,i)} ${i&&this.ticked.size?this.#l():w}
        ${this.#c(`skipped`)} ${e?this.#c(`cancelled`):w}
        ${this.#s()?C`<p class="soft">${t(`nobody_left_out`)}</p>`:w}
      </div>
    </section>`}#o(){let{say:e}=this.words,{batch:t,acting:n,maySend:r,reasons:i}=this.model;if(!r||!t.counts.failed||![`sending`,`paused`,`completed`].includes(t.status))return w;let a=i.items.filter(e=>e.status===`failed`),o=a.reduce((e,t)=>e+t.retryable,0);return a.length?C`<div class="row inner">${o?C`<button ?disabled=${n} @click=${()=>this.model.retry(null)}>${e(`retry_n`,{n:o})}</button><span class="soft">${e(`retry_hint`)}</span>`:C`<span class="soft">${e(`retry_none`)}</span>`}</div>`:w}#s(){let e=this.model.batch.counts;return!e.failed&&!e.uncertain&&!e.skipped&&!e.cancelled}#c(e,t=!1){return C`<mass-reply-people
      .model=${this.model} .words=${this.words} status=${e} ?tickable=${t} .ticked=${this.ticked}
      @ticked=${e=>this.ticked=e.detail}
    ></mass-reply-people>`}#l(){let{say:e}=this.words,t=async(e,t=!1)=>{await this.model.resolve({conversation_ids:[...this.ticked],outcome:e,send_again:t,reason:this.why.trim()}),this.model.trouble||(this.ticked=/* @__PURE__ */ new Set)},n=this.model.acting||!this.why.trim();return C`<div class="note stack" role="group" aria-label=${e(`mark`)}>
      <strong>${e(`mark`)}</strong>
      <label class="field">${e(`mark_why`)}<input .value=${this.why} @input=${e=>this.why=e.target.value} /></label>
      <div class="row">
        <button ?disabled=${n} @click=${()=>t(`sent`)}>${e(`mark_sent`)}</button>
        <button ?disabled=${n} @click=${()=>t(`not_sent`)}>${e(`mark_not_sent`)}</button>
        ${this.model.batch.status===`cancelled`?w:C`<button class="stop" ?disabled=${n} @click=${()=>t(`not_sent`,!0)}>${e(`mark_again`)}</button>`}
      </div>
      <p class="soft">${e(`mark_risk`)}</p>
    </div>`}#u(){let{say:e}=this.words,t=this.model.batch.counts,n=e=>this.dispatchEvent(new CustomEvent(`follow-up`,{detail:e,bubbles:!0}));return C`<div class="row">
      <button ?disabled=${this.model.acting} @click=${()=>this.model.export()}>${e(`export`)}</button>
      ${this.model.maySend&&vi(t)?C`<button @click=${()=>n([`sent`,`delivered`,`read`])}>${e(`follow_up`)}</button>`:w}
      ${this.model.maySend&&t.failed+t.cancelled?C`<button @click=${()=>n([`failed`,`cancelled`])}>${e(`follow_up_failed`)}</button>`:w}
    </div>`}};Q([F()],Pi.prototype,`ticked`,void 0),Q([F()],Pi.prototype,`why`,void 0),Q([F()],Pi.prototype,`rejecting`,void 0),Pi=Q([N(`mass-reply-watch`)],Pi);function Fi(e){let t=Ni.reduce((t,n)=>t+e[n],0)||1,n=[[`reached`,vi(e)],[`failed`,e.failed],[`uncertain`,e.uncertain],[`skipped`,e.skipped+e.cancelled]],r=0;return C`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    ${n.map(([e,n])=>{let i=n/t*100;return r+=i,Te`<rect class=${e} x=${r-i} y="0" width=${i} height="4"></rect>`})}
  </svg>`}var Ii=`@£$¥èéùìòÇ
Øø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà`,Li=`\f^{}\\[~]|€`;function Ri(e){let t=[...e].map(e=>Ii.includes(e)?1:Li.includes(e)?2:0);return t.every(Boolean)?zi(t,160,153):zi([...new Intl.Segmenter().segment(e)].flatMap(({segment:e})=>e===`\r
`?[1,1]:[e.length]),70,67)}function zi(e,t,n){if(e.reduce((e,t)=>e+t,0)<=t)return 1;let r=1,i=n;for(let t of e)t>i&&(r++,i=n),i-=t;return r}var Bi=class extends Mr{constructor(...e){super(...e),this.channel=null,this.place=0}get samples(){return this.model.preview?.preflight.samples??[]}render(){let{say:e,channel:t}=this.words,n=[...new Set(this.samples.map(e=>e.channel))],r=n.find(e=>e===this.channel)??n[0],i=this.samples.filter(e=>e.channel===r),a=i[Math.min(this.place,i.length-1)];return C`<section class="stack preview" part="preview" aria-label=${e(`preview`)}>
      <h3>${e(`preview`)}</h3>
      <div role="tablist" aria-label=${e(`by_channel`)} @keydown=${this.#a}>
        ${n.map(e=>C`<button
            role="tab"
            id="tab-${e}"
            aria-controls="sample"
            aria-selected=${e===r}
            tabindex=${e===r?0:-1}
            @click=${()=>this.#i(e)}
          >${t(e)}</button>`)}
      </div>
      <div id="sample" role=${r?`tabpanel`:`group`} aria-labelledby=${r?`tab-${r}`:`title`} class="stack">
        <div class="bubble" tabindex="0">${a?a.text:C`<span class="soft">${e(this.#e())}</span>`}</div>
        <div class="row spread">
          <span>${a?this.#t(a):``}</span>
          <span class="row">
            <button class="plain" aria-label=${e(`previous`)} ?disabled=${i.length<2} @click=${()=>this.#r(-1,i.length)}>‹</button>
            <span>${i.length?e(`place_of`,{i:Math.min(this.place,i.length-1)+1,n:i.length}):``}</span>
            <button class="plain" aria-label=${e(`next`)} ?disabled=${i.length<2} @click=${()=>this.#r(1,i.length)}>›</button>
          </span>
        </div>
        <p class="soft" aria-live="polite">${a?this.#n(a):``}</p>
      </div>
    </section>`}#e(){return this.model.draft.text.trim()?this.model.previewing?`opening`:`preview_nobody`:`preview_empty`}#t(e){let t=this.model.people.get(e.conversation_id);return t?this.words.say(`to`,{name:this.words.who(t.contact)}):``}#n(e){let{say:t}=this.words;if(e.channel===`sms`)return t(`segments`,{n:Ri(e.text)});let n=Vi[e.channel];if(!n)return``;let r=n.unit===`bytes`?new TextEncoder().encode(e.text).length:[...e.text].length;return t(n.unit===`bytes`?`used_of_bytes`:`used_of_characters`,{used:r,n:n.most})}#r(e,t){this.place=(Math.min(this.place,t-1)+e+t)%t}#i(e){this.channel=e,this.place=0}#a(e){let t={ArrowRight:1,ArrowLeft:-1}[e.key];if(!t)return;let n=[...this.querySelectorAll(`[role=tab]`)],r=n[(n.findIndex(e=>e.getAttribute(`aria-selected`)===`true`)+t+n.length)%n.length];r.click(),r.focus()}};Q([F()],Bi.prototype,`channel`,void 0),Q([F()],Bi.prototype,`place`,void 0),Bi=Q([N(`mass-reply-preview`)],Bi);var Vi={instagram:{most:1e3,unit:`bytes`},facebook:{most:2e3,unit:`characters`},whatsapp:{most:4096,unit:`characters`}},Hi=class extends Mr{focusText(){this.editor?.focusText()}render(){let{say:e,time:t}=this.words,{model:n}=this;return C`<div class="body" part="body">
      ${n.restored?C`<p class="note">${e(`draft_kept`,{time:t(n.restored)})}</p>`:w}
      <div class="columns">
        <mass-reply-editor .model=${n} .words=${this.words}></mass-reply-editor>
        <div class="stack">
          <mass-reply-preview .model=${n} .words=${this.words}></mass-reply-preview>
          ${this.#e()}
        </div>
      </div>
      ${this.#t()}
    </div>`}#e(){let{say:e}=this.words,t=this.model.preview?.preflight.warnings??[];return t.length?C`<div class="note amber" role="group" aria-label=${e(`warnings`)}>
      <ul>
        ${Fr(this.words,t)}
      </ul>
    </div>`:w}#t(){let{say:e}=this.words,{draft:t}=this.model,n=e=>this.model.change(e),r=(e,r,i=!1)=>C`<label class="choice"
        ><input
          type="checkbox"
          .checked=${t[e]&&!i}
          ?disabled=${i}
          @change=${t=>n({[e]:t.target.checked})}
        />${r}</label
      >`;return C`<fieldset class="options" part="options">
      <legend class="spoken">${e(`options`)}</legend>
      <div class="columns">
        <div>
          ${r(`markAsDone`,e(`mark_as_done`))} ${r(`hold`,e(`hold`),t.sendAt!==``)}
          ${r(`blank`,e(`blank`))}
          <p class="soft indent ${t.blank?`unseen`:``}">${e(`blank_hint`)}</p>
          <p class="soft">${this.#n()}</p>
        </div>
        <div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sample!==null}
                @change=${e=>n({sample:e.target.checked?5:null})}
              />${e(`sample`)}</label
            >
            <input
              type="number"
              min="1"
              size="4"
              aria-label=${e(`sample`)}
              ?disabled=${t.sample===null}
              .value=${String(t.sample??5)}
              @change=${e=>n({sample:Math.max(1,Math.trunc(Number(Wr(e))||1))})}
            />
            <span class="soft">${e(`sample_unit`)}</span>
          </div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sendAt!==``}
                @change=${e=>n({sendAt:e.target.checked?Ui():``})}
              />${e(`schedule`)}</label
            >
            <input
              type="datetime-local"
              aria-label=${e(`schedule_at`)}
              ?disabled=${t.sendAt===``}
              .value=${t.sendAt||Ui()}
              @change=${e=>n({sendAt:Wr(e)})}
            />
          </div>
          ${this.#r()}
        </div>
      </div>
    </fieldset>`}#n(){let{say:e}=this.words,{me:t,preview:n}=this.model,r=t?.user?.name??t?.key?.name,i=n?.approval_above??null;return[r?e(`in_name_of`,{name:r}):``,i!==null&&(n.recipient_count??1/0)>i?e(`asks_above`,{n:i}):``].join(` `)}#r(){let{say:e}=this.words,{template:t}=this.model.draft;if(!(this.model.preview?.preflight.by_channel)?.some(e=>e.channel===`whatsapp`)&&!t.name)return w;let n=e=>n=>this.model.change({template:{...t,[e]:n.target.value}});return C`<details>
      <summary>${e(`template`)}</summary>
      <div class="stack">
        <label class="field">${e(`template_name`)}<input .value=${t.name} @change=${n(`name`)} /></label>
        <label class="field">${e(`template_language`)}<input size="6" .value=${t.language} @change=${n(`language`)} /></label>
        <label class="field">${e(`template_parameters`)}<textarea rows="2" .value=${t.parameters} @change=${n(`parameters`)}></textarea></label>
      </div>
    </details>`}};Q([Ve(`mass-reply-editor`)],Hi.prototype,`editor`,void 0),Hi=Q([N(`mass-reply-write`)],Hi);function Ui(){let e=new Date(Date.now()+36e5);return(/* @__PURE__ */ new Date(e.getTime()-e.getTimezoneOffset()*6e4)).toISOString().slice(0,16)}var $=class extends M{constructor(...e){super(...e),this.api=``,this.selection=null,this.massReply=null,this.typeNumberFrom=100,this.getToken=()=>Promise.reject(/* @__PURE__ */ Error(`no getToken`)),this.model=null,this.asking=null,this.now=Date.now(),this.settled=!0,this.#e=null,this.#t=new xi,this.#n=0,this.#r=``,this.#i=0,this.#a=()=>new Ke((this.api||Ki).replace(/\/$/,``),e=>this.getToken(e)),this.#l=``,this.#h=(e=!0)=>C`<button class=${e?`main`:``} @click=${this.#y}>${this.words.say(`close`)}</button>`,this.#v=()=>{this.model?.isDirty?this.asking=`discard`:this.#y()},this.#y=()=>{this.asking=null,this.close()},this.#w=``,this.#T=0}static{this.styles=[ot,st,ct]}#e;#t;#n;#r;#i;get words(){let e=Bt(this);return this.#e?.asked===e?this.#e:this.#e=new Nt(e)}async show(){this.#o(new hi(this.#a(),this.selection)),await this.updateComplete,this.dialog.open||this.dialog.showModal(),await this.#_(this.massReply)}close(){this.dialog?.open&&(this.dialog.close(),this.#S())}async allowed(){return this.#a().get(`/me`).then(e=>e.permissions.includes(`mass_replies:send`),()=>!1)}#a;#o(e){this.model?.leave(),this.model=e,e.addEventListener(`change`,()=>this.requestUpdate());for(let t of[`created`,`confirmed`,`sent`,`finished`])e.addEventListener(t,e=>this.#s(t,e.detail));clearInterval(this.#n),this.#n=window.setInterval(()=>this.now=Date.now(),1e3)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.#n),this.model?.leave()}#s(e,t){this.dispatchEvent(new CustomEvent(e,{detail:t,bubbles:!0,composed:!0}))}render(){let e=Ci(this.model,this.words,Date.now());return C`<dialog
      part="dialog"
      aria-labelledby="title"
      @cancel=${this.#b}
      @close=${this.#x}
      @keydown=${this.#C}
    >
      ${this.model&&C`<div class="sheet" @pointerdown=${this.#t.begins} @keydown=${this.#t.begins} @click=${this.#t.ends}>
        <header class="top">
          <h2 id="title" part="title" tabindex="-1">${e}</h2>
          <button class="plain" aria-label=${this.words.say(`close`)} @click=${this.#v}>✕</button>
          <div class="under">${Ai(this.model,this.words)}</div>
        </header>
        ${this.#u()}
        <footer class="foot" part="actions">${this.#d()}</footer>
      </div>`}
      <div class="spoken" role="status" aria-live="polite" id="live">${this.#c(e)}</div>
    </dialog>`}#c(e){let t=this.model?`${this.model.moment} ${this.model.batch?.status??``}`:``;return(t!==this.#l||this.now-this.#i>=5e3)&&(this.#l=t,this.#i=this.now,this.#r=e),this.#r}#l;#u(){let{model:e,words:t}=this;switch(e.moment){case`opening`:return C`<div class="body" aria-busy="true"></div>`;case`write`:return e.maySend?C`<mass-reply-write class="part" .model=${e} .words=${t}></mass-reply-write>`:C`<div class="body"><p class="note">${t.say(`no_permission`)}</p></div>`;case`confirm`:return C`<mass-reply-confirm class="part" .model=${e} .words=${t} .typeFrom=${this.typeNumberFrom} @typed=${()=>this.requestUpdate()}></mass-reply-confirm>`;case`watch`:return C`<mass-reply-watch class="part" .model=${e} .words=${t} @follow-up=${this.#g}></mass-reply-watch>`}}#d(){let{say:e}=this.words;return this.asking===`discard`?C`<strong class="say">${e(`discard_title`)}</strong>
        <button class="stop" ?disabled=${!this.settled} @click=${()=>{this.model.discard(),this.#y()}}>${e(`discard`)}</button>
        <button @click=${this.#y}>${e(`keep_for_later`)}</button>
        <button class="main" autofocus @click=${()=>this.asking=null}>${e(`keep`)}</button>`:this.asking===`stop`?C`<strong class="say">${e(`stop_sure`)}</strong>
        <button class="stop" ?disabled=${!this.settled} @click=${()=>{this.asking=null,this.model.act(`cancel`)}}>${e(`stop`)}</button>
        <button class="main" @click=${()=>this.asking=null}>${e(`keep_sending`)}</button>`:C`<span class="say">${this.#f()}</span>${this.#p()}`}#f(){let{say:e}=this.words,{moment:t,batch:n}=this.model;return ji(this.model,this.words)||(n?.status===`awaiting_approval`?w:t===`confirm`?C`<strong>${e(`cannot_be_recalled`)}</strong>`:t===`watch`&&n.status!==`paused`&&!tt.has(n.status)?C`<span class="soft">${e(`you_can_close`)}</span>`:w)}#p(){let{say:e}=this.words,t=this.model,{batch:n}=t,r=t.acting||!this.settled;if(t.moment===`write`)return t.maySend&&!ki(t)?C`<button class="main" ?disabled=${r||!Gi(t)} @click=${()=>t.review()}>${e(`review`)}</button>`:this.#h();if(t.moment===`confirm`){let i=n.recipient_count??0,a=this.confirmView?.isReady??i<this.typeNumberFrom;return C`<button ?disabled=${r} @click=${()=>t.back()}>${e(n.status===`expired`?`review_again`:`back`)}</button>
        ${i&&n.status===`awaiting_confirmation`?C`<button class="grave" ?disabled=${r||!a} @click=${()=>t.confirm(i)}>${e(`send_to`,{n:i})}</button>`:w}`}if(t.moment===`opening`)return t.trouble?this.#h():w;let i=t.maySend?this.#m(n.status):w;return C`${i}${this.#h(i===w)}`}#m(e){let{say:t}=this.words,{batch:n}=this.model,r=this.model.acting||!this.settled,i=C`<button class="stop" ?disabled=${r} @click=${()=>this.asking=`stop`}>${t(`stop`)}</button>`,a=n.counts?bi(n.counts):0;switch(e){case`scheduled`:return C`<button class="main" ?disabled=${r} @click=${()=>this.model.act(`cancel`)}>${t(`undo`)}</button>`;case`awaiting_approval`:return this.model.isMine?C`<button ?disabled=${r} @click=${()=>this.model.act(`cancel`)}>${t(`withdraw`)}</button>`:w;case`sending`:return C`${i}<button ?disabled=${r} @click=${()=>this.model.act(`pause`)}>${t(`pause`)}</button>`;case`paused`:return C`${i}<button class="grave" ?disabled=${r} @click=${()=>this.model.act(`resume`)}>
          ${n.pause_reason===`sample_sent`?t(`go_on_with`,{n:a}):t(`resume`)}
        </button>`;default:return w}}#h;#g(e){let t={follow_up:{mass_reply_id:this.model.batch.id,statuses:e.detail}};this.#o(new hi(this.model.api,t)),this.#_(null)}async#_(e){await this.model.open(e),await this.updateComplete,this.writeView?.focusText()}#v;#y;#b(e){e.preventDefault(),this.asking?this.asking=null:this.#v()}#x(){this.model&&!this.dialog.open&&this.#S()}#S(){let e=this.model?.batch?.id??null;this.model?.leave(),this.model=null,this.asking=null,clearInterval(this.#n),this.#s(`closed`,{id:e})}#C(e){if(e.key!==`Enter`||!(e.ctrlKey||e.metaKey))return;e.preventDefault();let t=this.model;t&&Gi(t)&&t.review()}willUpdate(){let{moment:e,batch:t}=this.model??{},n=`${e} ${t?.status} ${e===`confirm`&&t?.recipient_count} ${this.asking}`;n!==this.#w&&(this.#w=n,this.settled=!1,clearTimeout(this.#T),this.#T=window.setTimeout(()=>this.settled=!0,Wi))}#w;#T;updated(){let e=this.model?.moment;e&&e!==this.#E&&e!==`write`&&e!==`opening`&&this.renderRoot.querySelector(`#title`)?.focus(),this.#E=e}#E};Q([P()],$.prototype,`api`,void 0),Q([P({attribute:`selection`,converter:{fromAttribute:e=>e?JSON.parse(e):null}})],$.prototype,`selection`,void 0),Q([P({attribute:`mass-reply`})],$.prototype,`massReply`,void 0),Q([P({type:Number,attribute:`type-number-from`})],$.prototype,`typeNumberFrom`,void 0),Q([P({attribute:!1})],$.prototype,`getToken`,void 0),Q([F()],$.prototype,`model`,void 0),Q([F()],$.prototype,`asking`,void 0),Q([F()],$.prototype,`now`,void 0),Q([F()],$.prototype,`settled`,void 0),Q([Ve(`dialog`)],$.prototype,`dialog`,void 0),Q([Ve(`mass-reply-confirm`)],$.prototype,`confirmView`,void 0),Q([Ve(`mass-reply-write`)],$.prototype,`writeView`,void 0),$=Q([N(`mass-reply-dialog`)],$);var Wi=400,Gi=({moment:e,draft:t,preview:n,trouble:r})=>e===`write`&&t.text.trim()!==``&&n!==null&&n.recipient_count!==0&&!r,Ki=new URL(
/* @vite-ignore */
`..`,import.meta.url).href;export{N as C,Fe as D,C as E,$ as MassReplyDialog,c as O,P as S,w as T,L as _,Gr as a,Ve as b,zr as c,Bt as d,st as f,I as g,Ke as h,bi as i,Q as l,ot as m,Ai as n,Wr as o,ct as p,hi as r,Rr as s,Ci as t,Nt as u,He as v,M as w,F as x,Ue as y};